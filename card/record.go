package card

import (
	"bytes"
	"context"
	"errors"
)

// lastRecord is how far records are searched by number for one of a tag. The
// holder's file of version 2.0 has 7.
const lastRecord = 16

// What P1 of READ RECORD addresses, in the low bits of P2 (ISO 7816-4:2020, 11.4.2).
const (
	byTag    = 0
	byNumber = 4
	modeMask = 7
)

// errOtherRecord is the cause when a card gives another record than was asked for.
var errOtherRecord = errors.New("card: record of another tag")

// A file is an elementary file of the application that is open for reading.
type file struct {
	short  byte            // its short identifier, 0 when it is selected
	by     way             // how its records are read
	found  bool            // whether one was read so
	values map[byte][]byte // of the records that were read, by tag; nil where there is none
}

// value is that of a field that was read; nil where there is none.
func (f *file) value(of field) []byte {
	if f == nil {
		return nil
	}
	return f.values[of.tag]
}

// fileID is the identifier of a file as SELECT takes it.
func fileID(id uint16) []byte { return []byte{byte(id >> 8), byte(id)} }

// readFile opens a file and reads fields of it. All of them are read in one way: that
// in which the card has at least one of them. A card that has none in any way has
// them empty. With an error, f holds what was read until then, or is nil.
func (s *session) readFile(ctx context.Context, id uint16, fields ...field) (f *file, err error) {
	err = s.climb(opening, func(w way) error {
		short := byte(id & 0x1F)
		if !w.short {
			short = 0
			if err := s.selectFile(ctx, w, id); err != nil {
				return err
			}
		}
		f, err = s.readFields(ctx, short, fields)
		return err
	})
	return f, err
}

func (s *session) selectFile(ctx context.Context, w way, id uint16) error {
	_, status, err := s.exchange(ctx, command{ins: insSelect, p1: w.p1, data: fileID(id), le: w.le})
	switch {
	case err != nil:
		return err
	case status == statusOK:
		return nil
	case status == statusNoFile:
		return &Error{reading, noFiles.With(), errors.Join(ErrOtherCard, status)}
	}
	return statusError(reading, "选择数据文件", status)
}

// readFields reads fields of the file that is selected, or that short names.
func (s *session) readFields(ctx context.Context, short byte, fields []field) (*file, error) {
	var f, empty *file
	err := s.climb(taking, func(w way) error {
		f = &file{short: short, by: w, values: make(map[byte][]byte)}
		for _, field := range fields {
			if _, err := s.record(ctx, f, field); err != nil {
				return err
			}
		}
		if !f.found {
			empty = f
			return statusError(reading, "读取"+fields[0].name, statusNoRecord)
		}
		return nil
	})
	if status, refused := refusal(err); refused && answerable(taking, status) && empty != nil {
		return empty, nil // the file is there, and the card has looked through it
	}
	return f, err
}

// record reads the value of a field from an open file, and notes it there. A record
// that the card does not have is an empty value.
func (s *session) record(ctx context.Context, f *file, wanted field) (value []byte, err error) {
	if f.by.number {
		value, err = s.recordByNumber(ctx, f, wanted)
	} else {
		value, err = s.take(ctx, f, wanted, wanted.tag)
	}
	if err != nil {
		return nil, err
	}
	f.values[wanted.tag] = value
	return value, nil
}

// recordByNumber looks for a field at its usual number first, then at all the others:
// what is missing in a file shifts the numbers behind it.
func (s *session) recordByNumber(ctx context.Context, f *file, wanted field) ([]byte, error) {
	value, err := s.take(ctx, f, wanted, wanted.at)
	if other := errors.Is(err, errOtherRecord); value != nil || err != nil && !other || !other && wanted.at == 1 {
		return value, err
	}
	for at := byte(1); at <= lastRecord; at++ {
		if at == wanted.at {
			continue
		}
		if value, err := s.take(ctx, f, wanted, at); !errors.Is(err, errOtherRecord) {
			return value, err // it, or the end of the file
		}
	}
	return nil, nil
}

// take reads the record that p1 addresses, which must be that of the field. A record
// that is not there has the value nil.
func (s *session) take(ctx context.Context, f *file, wanted field, p1 byte) ([]byte, error) {
	c := command{ins: insReadRecord, p1: p1, p2: f.short<<3 | byTag, le: f.by.le}
	if f.by.number {
		c.p2 |= byNumber
	}
	if c.le == exactLe {
		c.le = wanted.length + 2
	}
	data, status, err := s.exchange(ctx, c)
	switch {
	case err != nil:
		return nil, err
	case status == statusNoRecord, f.found && missing(status):
		return nil, nil
	case status != statusOK && status != statusEndOfRecord:
		return nil, statusError(reading, "读取"+wanted.name, status)
	case len(data) < 2:
		return nil, damagedError(wanted.name)
	case data[0] != wanted.tag:
		return nil, &Error{reading, damaged.With(wanted.name), errors.Join(ErrMalformed, errOtherRecord)}
	}
	n, rest := int(data[1]), data[2:]
	// Cards with records of one fixed size send fill after a shorter value.
	if n > wanted.length || n > len(rest) || !isFill(rest[n:]) {
		return nil, damagedError(wanted.name)
	}
	f.found = true
	return append([]byte{}, rest[:n]...), nil
}

// missing tells whether a card of which one record has been read says that another is
// not there. Cards differ in how they say so of the extension of the name.
func missing(status StatusError) bool {
	switch status {
	case statusNoRecord, statusNoFile, statusWrongP1P2, statusNoData:
		return true
	}
	return false
}

// ascii is a field of visible ASCII characters.
func (f *file) ascii(wanted field) (string, error) {
	value := trimFill(f.value(wanted))
	if bytes.ContainsFunc(value, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return "", damagedError(wanted.name)
	}
	return string(value), nil
}
