package main

import "strings"

// Cases that somebody thought of, or that found a difference once; one per line, `⏎` for a line end.
const lines = `
{{ index .Deps "task-a" "Results" "branch" }}
{{ index .Deps "task-a" "Results" "missing" }}
{{ index .Deps "task-a" "Outputs" }}
{{ index .Deps "task-a" "Results" }}
{{ .Deps.taskb.Outputs }}
{{ .Deps.taskb.Results.nope }}
{{ .Deps.taskb.Nope }}
{{ .Nope }}
{{ index .Deps "unknown" "Outputs" }}
{{ index .Deps "unknown" }}
{{ .Deps.task-a.Name }}
{{ range index .Deps "task-a" "Outputs" }}[{{ . }}]{{ end }}
{{with index . "Branch"}}{{.}}{{else}}main{{end}}
{{index . "Branch"}}
{{if .Branch}}x{{end}}
{{.Number}} {{printf "%d" .Number}} {{eq .Number 42}}
{{.Payload.number}} {{printf "%.0f" .Payload.number}}
{{eq .Payload.number 42}}
{{eq .Payload.number 42.0}}
{{.__proto__}}{{.constructor}}
{{index . "__proto__"}}{{index . "toString"}}{{index . "hasOwnProperty"}}
{{.Map.constructor}}{{.Map.toString}}
{{$x := 1}}{{if true}}{{$x := 2}}{{$x}}{{end}}{{$x}}
{{$x := 1}}{{if true}}{{$x = 2}}{{$x}}{{end}}{{$x}}
{{$x = 1}}{{$x}}
{{if false}}{{$x := 1}}{{else}}{{$x}}{{end}}
{{with $x := 1}}{{$x}}{{end}}{{$x}}
{{range $i, $x}}{{end}}
{{$x := .List}}{{range $i, $x}}{{$i}}{{end}}
{{range .List}}{{range .EmptyList}}{{else}}{{break}}{{end}}x{{end}}
{{range $.Labels}}{{range $.EmptyList}}{{else}}{{continue}}{{end}}x{{end}}
{{range $i, $l := .Labels}}{{if $i}}, {{end}}{{$l}}{{end}}
{{range .Labels}}{{if eq . "b"}}{{continue}}{{end}}{{.}}{{end}}
{{range .Labels}}{{if eq . "b"}}{{break}}{{end}}{{.}}{{else}}none{{end}}
{{break}}
{{range .Labels}}{{block "b" .}}{{break}}{{end}}{{end}}
{{range 3}}{{.}}{{end}}{{range $i := 2}}{{$i}}{{end}}{{range -1}}x{{else}}none{{end}}
{{range $i, $j := 3}}{{end}}
{{range index "abc" 0}}{{printf "%T" .}}{{break}}{{end}}
{{range 1.5}}{{end}}
{{range "abc"}}{{end}}
{{if .Title}}a{{else if .Number}}b{{else with .Map}}c{{end}}
{{if false}}a{{else if .Number}}b{{else}}c{{end}}
{{with .Missing}}a{{else with .Title}}{{.}}{{else}}c{{end}}
{{define "prompt"}}inner{{end}}
{{define "prompt"}}inner{{end}}outer
{{define "x"}}1{{end}}{{define "x"}}2{{end}}
{{define "x"}} {{end}}{{define "x"}}2{{end}}{{template "x"}}
{{define "x"}}2{{end}}{{define "x"}} {{/* c */}}{{end}}{{template "x"}}
{{template "nosuch"}}
{{if false}}{{template "nosuch"}}{{end}}ok
{{define "r"}}{{if gt . 0}}{{.}}{{template "r" 0}}{{end}}{{end}}{{template "r" 2}}
{{block "x" .Title}}[{{.}}]{{end}}{{template "x" "again"}}
{{if true}}{{define "x"}}{{end}}{{end}}
{{template "x" $y := 1}}{{define "x"}}[{{.}}]{{end}}{{$y}}
{{- 3}} {{3 -}} x {{- /* c */ -}} y
{{-3}}|{{- -3}}|{{3 - }}
a {{/* c */}} b
a {{/* c */ }} b
{{/* unclosed
{{""}}{{` + "`a⏎b\r`" + `}}
{{"unclosed}}
{{'a'}}{{'\''}}{{'\x80'}}{{'日'}}{{''}}
{{1 2}}
{{nil}}
{{print nil}}{{print .Nil}}{{html .Nil}}{{.Nil}}
{{len nil}}
{{not nil}}{{and nil 1}}{{or nil 2}}
{{and}}
{{or 0 "" .Missing}}
{{and 1 (or 0 "x") | print}}
{{or 1 (index .List 99)}}
{{and 0 .Missing.x}}
{{true | and 1}}{{"" | or 0}}
{{print 1 2 "a" "b" 3 true false nil 1.5}}
{{println 1 2 "a" "b"}}
{{printf "%d %s" 1}}{{printf "%d" 1 2 "x"}}{{printf "%!" 1}}{{printf "%"}}
{{printf "%[2]d %[1]d" 1 2}}{{printf "%[3]d" 1}}{{printf "%[]d" 1}}{{printf "%[1]"}}
{{printf "%*d|%-*d|%.*f" 5 1 5 2 2 3.14159}}{{printf "%*d" "x" 1}}{{printf "%.*f" -1 2.0}}
{{printf "%05d|%+d|% d|%x|%X|%o|%O|%b|%c|%q|%U|%#U|%#x|%#o" 42 42 42 42 42 42 42 42 42 42 42 42 42 42}}
{{printf "%5.1f|%-8.2f|%08.3f|%+.2e|%g|%G|%b|%x|%X" 3.14159 2.5 -1.5 12345.678 1e-7 1e21 1.0 1.5 0.1}}
{{printf "%.0f %.0f %.0f %.1f %.2f" 0.5 1.5 2.5 0.25 1.005}}
{{printf "%s|%10s|%-10s|%.2s|%q|%#q|%+q|%x|% x|%#x|%# X" "é" "é" "é" "日本語" "é\n" "a" "é" "é" "ab" "ab" "ab"}}
{{printf "%v %+v %#v %T" .Map .Map .Map .Map}}
{{printf "%v %#v %T %q %x %d" .List .List .List .List .Names .Names}}
{{printf "%v %#v %T" .Strings .Strings .Strings}}{{printf "%#v %T" .Names .Names}}
{{printf "%t %v %d %5t" true false true true}}
{{printf "%v %f %.1f %T" 1i 1+2i 1.5i 2i}}{{print 1+2i}}
{{printf "%#g %#v %#f %#.3g %#x %#e %#.0f" 1.0 1.0 1.0 1.0 1.0 1.0 1.0}}
{{printf "%6.2f|%06d|%-06d|%+06d|% 06d" 1.0 -5 5 5 5}}
{{printf 1}}{{printf .Title}}
{{printf nil}}
{{"%d" | printf}}{{1 | printf "%d"}}
{{print 0.1 1e20 1e21 123456789.0 1e-5 100000.0 12345678.0 -0.0}}
{{.Big}} {{.Tiny}} {{.Float}} {{.Half}} {{.Neg}}
{{html "<a href='x'>\"&\x00"}}{{js "<a>'\"\\=&\n\u2028é\xff"}}{{urlquery "a b&c=é/?~-_."}}
{{html 1 2}}{{js .List}}{{urlquery nil}}{{html}}
{{len "é"}}{{len .List}}{{len .Map}}{{len 3}}
{{index "é" 0}}{{printf "%T" (index "é" 0)}}{{slice "é" 0 1}}{{slice "日本" 3}}
{{slice .List 1 3}}{{slice (slice .List 0 1) 0 3}}{{slice .List 0 1 2}}{{slice .Names 1}}
{{slice (slice .List 0 1 1) 0 3}}
{{slice "abc" 1 2 3}}
{{index .List 6 "k"}}{{index .List 5 0}}{{index .List 1.0}}
{{index .List (index "\x01" 0)}}
{{index .Map 1}}
{{index .Map "nil" "x"}}
{{index nil 1}}
{{index .Strings "nosuch"}}|{{index .Map "nosuch"}}|
{{.Map.nil.x}}
{{$n := .Map.nil}}{{$n.x}}
{{range .List}}{{.x}}{{end}}
{{(index .Map "nosuch").x}}
{{(.Map).a}}{{(.Map).inner.x}}{{($).Title}}{{print.x}}
{{.Map.a 1}}
{{.Missing 1}}
{{.Missing.x 1}}
{{1 | .Map.a}}
{{1 | 2}}
{{.Title | "x"}}
{{.Title | .}}
{{.Title | }}
{{ | .Title}}
{{(.Title}}
{{.Title)}}
{{.Title.}}
{{..Title}}
{{.Title .Number}}
{{$.Title}}{{$ .Title}}
{{eq 1 1.0}}
{{eq 1 2 3 1}}{{eq "a" "b" "a"}}
{{eq .Map .Map}}
{{eq .Map nil}}{{eq nil nil}}{{eq 1 nil}}{{eq nil 1}}{{ne .Nil nil}}
{{eq .List .Map}}
{{eq .True true}}{{lt true false}}
{{lt 1 2}}{{lt "a" "b"}}{{lt 1.5 2.5}}{{le 1 1}}{{gt 2 1}}{{ge 1 2}}{{lt "é" "z"}}
{{lt 1 1.5}}
{{lt (index "a" 0) 98}}{{eq (index "a" 0) 97}}{{lt -1 (index "a" 0)}}
{{eq 1i 1i}}{{lt 1i 2i}}
{{eq}}
{{eq 1}}
{{lt 1}}
{{not}}
{{not 1 2}}
{{call .Title}}
{{call nil}}
{{call}}
{{9223372036854775807}}{{-9223372036854775808}}
{{9223372036854775808}}
{{if false}}{{9223372036854775808}}{{end}}ok
{{18446744073709551616}}
{{0x1F}}{{0b11}}{{0o17}}{{017}}{{1_000}}{{0x_1}}
{{089}}
{{1e3}}{{0x1p4}}{{1_0.5}}{{.5}}{{5.}}
{{0x1}}{{0xe+1}}
{{and 1 2
}}x{{if
.Title}}y{{end}}
{{if}}{{end}}
{{end}}
{{else}}
{{if 1}}{{else}}{{else}}{{end}}
{{if 1}}
{{range}}{{end}}
{{with 1}}{{else if 1}}{{end}}
{{if 1}}{{else with 1}}{{end}}
{{range 1}}{{else if 1}}{{end}}
{{define x}}{{end}}
{{define "x" .}}{{end}}
{{template x}}
{{block "x"}}{{end}}
{{nosuch}}
{{$nosuch}}
{{.Title,}}
{{é}}
{{.é}}{{.Map.é}}
{{"a" "b"}}
{{print"a"}}
{{print "a"1}}
{{print (1)(2)}}
{{print 1(2)}}
{{a:b}}
{{$x:=1}}{{$x}}
{{$x :=}}
{{$x, $y := 1}}
{{range $x, $y, $z := .List}}{{end}}
{{range $x, := .List}}{{end}}
{{($x := 1)}}{{$x}}
{{if $x := 0}}{{else}}{{$x}}{{end}}
{{{{}}
}} { } {{"{{"}} {{"}}"}}
{{"a}}"}}
${{ secrets.TOKEN }}
{{printf "%s" .Title | printf "%q" | len}}
{{printf "%v|%6v|%-6v|%06v" .Nil .Nil nil nil}}{{printf "%d %s" nil .Nil}}
{{printf "%s %d %z" .Map .Map 1}}
{{printf "%6d|%-6d|%06d" .List .List .List}}
{{printf "%.2v|%5.1v|%.3q" .Names .List .Title}}
{{printf "%e %E %.3e" 0.0 123.0 1e100}}{{printf "%g %.3g %.10g" 100000.0 123456.0 1234560.0}}
{{printf "%b %x %.2x %X" 0.0 0.0 3.7 -2.25}}
{{printf "%08.2f|%+08.2f|%-8.2f|% .2f" -1.5 1.5 1.5 1.5}}
{{printf "%c%c%q%q%U" 'a' 128512 'a' 128512 128512}}{{printf "%c %q %U" -1 -1 -1}}
{{printf "%x %X %x" -255 "hi" 3.0}}{{printf "%s" 1}}{{printf "%d" "a"}}{{printf "%5d" "a"}}
{{printf "%!d" 1}}{{printf "% d|%+ d" 1 2}}{{printf "%é" 1}}
{{printf "%[2]*[1]d|%[1]*.[2]*[3]f" 5 6 7.0}}
{{slice .Title .One}}{{slice .Title (.One)}}
{{range .Number}}{{end}}
{{define "r"}}{{if lt (len .) 120}}{{template "r" (print . "x")}}{{else}}{{len .}}{{end}}{{end}}{{template "r" ""}}
{{printf "%v|%w" 1 "a"}}{{printf "%w" .List}}
{{printf "%.3d|%8.3d|%-8.3d|%08.3d|%.0d" 5 5 5 5 0}}
`

func handwritten() []string {
	cases := strings.Split(strings.TrimSpace(lines), "\n")
	for index, line := range cases {
		cases[index] = strings.ReplaceAll(line, "⏎", "\n")
	}
	return cases
}
