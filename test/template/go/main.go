// Makes the golden file of the template engine: templates, data, and what Go's own text/template makes of them.
//
//	go run . > ../golden/cases.jsonl          what is committed, gzipped
//	go run . -seed 7 -count 50000 > cases     others, to look for differences
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"flag"
	"math/rand"
	"os"
	"strings"
	"text/template"
)

type testCase struct {
	Template string `json:"t"`
	Data     int    `json:"d,omitempty"`
	// Go's missingkey=error; otherwise its default.
	Strict bool `json:"s,omitempty"`
	// One character for each byte.
	Output *string `json:"o,omitempty"`
	// "parse" or "exec".
	Error string `json:"e,omitempty"`
}

func main() {
	seed := flag.Int64("seed", 1, "what the cases are drawn from")
	count := flag.Int("count", 9000, "how many cases to draw, besides those written by hand")
	flag.Parse()

	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)

	tagged := make([]any, len(datasets))
	for index, data := range datasets {
		tagged[index] = tag(data)
	}
	encoder.Encode(map[string]any{"data": tagged})

	seen := map[testCase]bool{}
	write := func(text string, data int, strict bool) bool {
		key := testCase{Template: text, Data: data, Strict: strict}
		if seen[key] {
			return false
		}
		seen[key] = true
		result, ok := run(key)
		if ok {
			encoder.Encode(result)
		}
		return ok
	}
	for _, text := range handwritten() {
		if _, err := template.New("prompt").Parse(text); err != nil {
			write(text, 0, true)
			continue
		}
		for data := range datasets {
			write(text, data, true)
			write(text, data, false)
		}
	}
	g := &generator{random: rand.New(rand.NewSource(*seed))}
	for drawn := 0; drawn < *count; {
		data := []int{0, 0, 1, 1, 1, 2, 3, 3}[g.random.Intn(8)]
		text := g.template(data)
		if g.random.Intn(4) == 0 {
			text = g.mutated(text)
		}
		if !isUnfit(text) && write(text, data, g.random.Intn(2) == 0) {
			drawn++
		}
	}
}

const longestOutput = 4096

var errTooLong = errors.New("too long for a golden file")

type limited struct{ text strings.Builder }

func (l *limited) Write(bytes []byte) (int, error) {
	if l.text.Len()+len(bytes) > longestOutput {
		return 0, errTooLong
	}
	return l.text.Write(bytes)
}

// What Go says; nothing for a case that is too long to keep.
func run(c testCase) (testCase, bool) {
	parsed, err := template.New("prompt").Parse(c.Template)
	if err != nil {
		c.Error = "parse"
		return c, true
	}
	if c.Strict {
		parsed.Option("missingkey=error")
	}
	var out limited
	if err := parsed.Execute(&out, datasets[c.Data]); err != nil {
		c.Error = "exec"
		return c, !errors.Is(err, errTooLong)
	}
	latin1 := make([]rune, 0, out.text.Len())
	for _, b := range []byte(out.text.String()) {
		latin1 = append(latin1, rune(b))
	}
	text := string(latin1)
	c.Output = &text
	return c, true
}
