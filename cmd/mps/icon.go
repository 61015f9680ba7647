//go:build ignore

// Icon draws the icon of mps.exe, a card with its chip, and writes it to the
// standard output: see resource/Makefile.
package main

import (
	"bufio"
	"encoding/binary"
	"image/color"
	"log"
	"os"
)

// The icon is drawn on a square of 32 by 32; parts are painted one over another.
const side = 32

// A part is a rectangle with round corners.
type part struct {
	left, top, right, bottom, radius float64
	colour                           color.NRGBA
}

var parts = []part{
	{1, 5, 31, 27, 3, color.NRGBA{0x0F, 0x4C, 0x81, 0xFF}},  // the edge
	{2, 6, 30, 26, 2, color.NRGBA{0xF4, 0xF8, 0xFB, 0xFF}},  // the card
	{2, 8, 30, 12, 0, color.NRGBA{0x1B, 0x7F, 0xB8, 0xFF}},  // the band
	{5, 15, 12, 21, 1, color.NRGBA{0x9A, 0x75, 0x1C, 0xFF}}, // the chip and its edge
	{6, 16, 11, 20, 0.5, color.NRGBA{0xE2, 0xB8, 0x4A, 0xFF}},
	{16, 16, 27, 18, 0.5, color.NRGBA{0x7B, 0x8F, 0xA1, 0xFF}}, // two lines of print
	{16, 20, 23, 22, 0.5, color.NRGBA{0x7B, 0x8F, 0xA1, 0xFF}},
}

func (p part) contains(x, y float64) bool {
	if x < p.left || x >= p.right || y < p.top || y >= p.bottom {
		return false
	}
	// How far into the square of a corner, if at all.
	dx := max(p.left+p.radius-x, x-(p.right-p.radius), 0)
	dy := max(p.top+p.radius-y, y-(p.bottom-p.radius), 0)
	return dx*dx+dy*dy <= p.radius*p.radius
}

// at returns the colour of a point, transparent where there is no card.
func at(x, y float64) color.NRGBA {
	var c color.NRGBA
	for _, p := range parts {
		if p.contains(x, y) {
			c = p.colour
		}
	}
	return c
}

// pixel returns the mean colour of a pixel of a square of so many.
func pixel(column, row, pixels int) color.NRGBA {
	const samples = 8 // in each direction
	scale := float64(side) / float64(pixels) / samples
	var r, g, b, covered int
	for i := range samples * samples {
		c := at((float64(column*samples+i%samples)+0.5)*scale, (float64(row*samples+i/samples)+0.5)*scale)
		if c.A != 0 {
			r, g, b, covered = r+int(c.R), g+int(c.G), b+int(c.B), covered+1
		}
	}
	if covered == 0 {
		return color.NRGBA{}
	}
	return color.NRGBA{uint8(r / covered), uint8(g / covered), uint8(b / covered), uint8(covered * 0xFF / (samples * samples))}
}

// bitmap returns the image as an icon has it: the header and the pixels of a BMP
// file of 32 bits a pixel from the bottom up, and then a mask for systems
// without transparency, which marks what is not covered.
func bitmap(pixels int) []byte {
	const headerSize = 40
	b := binary.LittleEndian.AppendUint32(nil, headerSize)
	b = binary.LittleEndian.AppendUint32(b, uint32(pixels))
	b = binary.LittleEndian.AppendUint32(b, uint32(2*pixels)) // image and mask
	b = binary.LittleEndian.AppendUint16(b, 1)                // plane
	b = binary.LittleEndian.AppendUint16(b, 32)
	b = append(b, make([]byte, headerSize-len(b))...)
	var mask []byte
	for row := pixels - 1; row >= 0; row-- {
		line := make([]byte, (pixels+31)/32*4)
		for column := range pixels {
			c := pixel(column, row, pixels)
			b = append(b, c.B, c.G, c.R, c.A)
			if c.A == 0 {
				line[column/8] |= 0x80 >> (column % 8)
			}
		}
		mask = append(mask, line...)
	}
	return append(b, mask...)
}

func main() {
	sizes := []int{16, 24, 32, 48, 64}
	const headSize, entrySize = 6, 16
	head := binary.LittleEndian.AppendUint16(nil, 0)
	head = binary.LittleEndian.AppendUint16(head, 1) // an icon
	head = binary.LittleEndian.AppendUint16(head, uint16(len(sizes)))
	var images []byte
	for _, pixels := range sizes {
		image := bitmap(pixels)
		head = append(head, byte(pixels), byte(pixels), 0, 0)
		head = binary.LittleEndian.AppendUint16(head, 1)
		head = binary.LittleEndian.AppendUint16(head, 32)
		head = binary.LittleEndian.AppendUint32(head, uint32(len(image)))
		head = binary.LittleEndian.AppendUint32(head, uint32(headSize+entrySize*len(sizes)+len(images)))
		images = append(images, image...)
	}
	w := bufio.NewWriter(os.Stdout)
	w.Write(head)
	w.Write(images)
	if err := w.Flush(); err != nil {
		log.Fatal(err)
	}
}
