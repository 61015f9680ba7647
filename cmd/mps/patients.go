package main

import (
	"fmt"
	"io"
	"strings"

	"golang.org/x/text/width"

	"mps/sandbox"
)

// writePatients writes a table of all test patients for a terminal, in Chinese
// and aligned where Chinese characters take two columns, which text/tabwriter
// counts as one.
func writePatients(w io.Writer) error {
	rows := [][]string{{"编号", "姓名", "电子凭证二维码", "扫码结果", "读卡结果"}}
	for _, p := range sandbox.Patients() {
		rows = append(rows, []string{p.Key, p.Name, p.Code, p.CodeShows, p.CardShows})
	}
	widths := make([]int, len(rows[0]))
	for _, row := range rows {
		for i, cell := range row {
			widths[i] = max(widths[i], columns(cell))
		}
	}
	for _, row := range rows {
		var line strings.Builder
		for i, cell := range row {
			line.WriteString(cell)
			line.WriteString(strings.Repeat(" ", widths[i]-columns(cell)+2))
		}
		if _, err := fmt.Fprintln(w, strings.TrimRight(line.String(), " ")); err != nil {
			return err
		}
	}
	return nil
}

// columns returns how many columns of a terminal s takes.
func columns(s string) int {
	n := 0
	for _, r := range s {
		n++
		switch width.LookupRune(r).Kind() {
		case width.EastAsianWide, width.EastAsianFullwidth:
			n++
		}
	}
	return n
}
