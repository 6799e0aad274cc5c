package main

import (
	"encoding/gob"
	"math"
)

type all struct {
	Yes      bool
	Int8     int8
	Int64    int64
	Lowest   int64
	Uint8    uint8
	Uint64   uint64
	Half     float64
	Small    float32
	Infinite float64
	Complex  complex128
	Bytes    []byte
	Text     string
	Array    [3]int
	Zeros    [2]uint8
	Slices   [][]string
	Map      map[string]int
	Nested   map[int]map[string][]bool
	Pointer  **int
	Tree     *tree
	Encoded  encoded
	Binary   marshaled
	None     any
	Some     any
	Last     int
}

type tree struct {
	Name        string
	Left, Right *tree
}

type encoded struct{ text string }

func (value encoded) GobEncode() ([]byte, error) { return []byte("gob " + value.text), nil }
func (value *encoded) GobDecode([]byte) error    { return nil }

type marshaled struct{ text string }

func (value marshaled) MarshalBinary() ([]byte, error) { return []byte("binary " + value.text), nil }
func (value *marshaled) UnmarshalBinary([]byte) error  { return nil }

type point struct{ X, Y int }

// One value of every kind of type, and values that are no structs.
func kinds() []any {
	gob.Register(point{})
	number := -42
	pointer := &number
	return []any{
		all{
			Yes: true, Int8: -128, Int64: math.MaxInt64, Lowest: math.MinInt64,
			Uint8: 255, Uint64: math.MaxUint64, Half: 17.5, Small: -0.25, Infinite: math.Inf(-1),
			Complex: complex(1, -2), Bytes: []byte{0, 255}, Text: "tëxt",
			Array: [3]int{1, 0, -3}, Slices: [][]string{{"a", ""}, nil, {"b"}},
			Map:     map[string]int{"one": 1},
			Nested:  map[int]map[string][]bool{-7: {"k": {true, false}}},
			Pointer: &pointer,
			Tree:    &tree{"root", &tree{"left", nil, &tree{Name: "leaf"}}, nil},
			Encoded: encoded{"e"}, Binary: marshaled{"b"},
			Some: point{3, 4}, Last: 99,
		},
		7,
		"alone",
		[]int{5, 6},
		map[string]string{"k": "v"},
		all{},
		uint64(300),
		encoded{"top"},
	}
}

// The same fields in other orders and types, and fields that nobody knows.
func fields() []any {
	type before struct {
		Zzz  map[string][]point
		Type uint16
		Lost int32
		Aaa  *tree
		CPU  uint8
		Data string
		End  []any
	}
	return []any{
		before{
			Zzz: map[string][]point{"z": {{1, 2}, {}}}, Type: 9, Lost: 4, Aaa: &tree{Name: "x"},
			CPU: 6, Data: "by name", End: []any{point{1, 1}, nil, "text"},
		},
		point{1, 2},
		before{Type: 9, Data: "again"},
	}
}
