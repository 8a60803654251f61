package main

import (
	"math/rand"
	"regexp"
	"strings"
)

// Draws templates from a grammar that knows the data, so that most of them get far, and breaks some of them.
type generator struct {
	random *rand.Rand
	// Which of the datasets the template is drawn for.
	data   int
	depth  int
	vars   []string
	ranges int
	// A template that may be called.
	hasDefinition bool
}

// Endless in Go; told by an address; and the two differences that are listed in golden.test.ts, which a grammar would meet often.
var unfit = regexp.MustCompile(`(?i)range[^}]*([0-9a-fx_]{4,}|Number)|%[^a-z]*p|%[^a-zA-Z]*w|slice [^(){}|]*\.(Zero|One|Number|x|id)\b|slice [^(){}|]*\$\w`)

func isUnfit(text string) bool {
	return unfit.MatchString(text)
}

func (g *generator) pick(options ...string) string {
	return options[g.random.Intn(len(options))]
}

func (g *generator) chance(percent int) bool {
	return g.random.Intn(100) < percent
}

func (g *generator) template(data int) string {
	g.data = data
	g.vars, g.ranges, g.depth = []string{"$"}, 0, 0
	var text strings.Builder
	if g.hasDefinition = g.chance(12); g.hasDefinition {
		for _, name := range []string{"inner", "x"} {
			text.WriteString(`{{define "` + g.rarely("prompt", name) + `"}}` + g.inDefinition() + "{{end}}")
		}
	}
	text.WriteString(g.list(1 + g.random.Intn(4)))
	return text.String()
}

func (g *generator) inDefinition() string {
	vars, ranges, hasDefinition := g.vars, g.ranges, g.hasDefinition
	g.hasDefinition = false
	g.vars, g.ranges = []string{"$"}, 0
	body := g.list(1 + g.random.Intn(2))
	g.vars, g.ranges, g.hasDefinition = vars, ranges, hasDefinition
	return body
}

func (g *generator) list(length int) string {
	var text strings.Builder
	for range length {
		text.WriteString(g.node())
	}
	return text.String()
}

func (g *generator) node() string {
	if g.chance(25) {
		return g.text()
	}
	if g.depth > 3 || g.chance(50) {
		return g.action(g.pipeline())
	}
	g.depth++
	defer func() { g.depth-- }()
	mark := len(g.vars)
	defer func() { g.vars = g.vars[:mark] }()
	switch g.random.Intn(14) {
	case 0, 1, 2:
		return g.control("if", g.condition(), "")
	case 3, 4:
		return g.control("with", g.condition(), "")
	case 5, 6, 7, 8:
		return g.rangeNode()
	case 9:
		if !g.hasDefinition && !g.chance(4) {
			return g.text()
		}
		return g.action("template " + g.name() + g.pick("", " .", " "+g.operand()))
	case 10:
		return g.action("block "+g.name()+" "+g.pipeline()) + g.inDefinition() + "{{end}}"
	case 11:
		return g.open() + "/* " + g.pick("note", "}}", "a\nb", "*") + " */" + g.close()
	case 12:
		if g.ranges > 0 {
			return g.action(g.pick("break", "continue"))
		}
		return g.action(g.rarely(g.pick("break", "nil", "end", "else"), "."))
	}
	name := g.pick("$x", "$y", "$long")
	action := g.action(name + g.pick(" := ", ":=", " = ") + g.pipeline())
	// It lives as long as the block around this node.
	defer func() { g.vars = append(g.vars, name) }()
	return action
}

func (g *generator) control(word, condition, variables string) string {
	text := g.action(word+" "+variables+condition) + g.list(1+g.random.Intn(2))
	if g.chance(40) {
		if word != "range" && g.chance(30) {
			text += g.action("else "+g.pick(word, word, "if", "with")+" "+g.condition()) + g.list(1)
		}
		if g.chance(80) {
			text += g.action("else") + g.list(1)
		}
	}
	return text + g.action("end")
}

func (g *generator) condition() string {
	if g.chance(15) {
		g.vars = append(g.vars, "$c")
		return "$c := " + g.pipeline()
	}
	return g.pipeline()
}

func (g *generator) rangeNode() string {
	g.ranges++
	defer func() { g.ranges-- }()
	over := g.pick(g.pick(collections[g.data]...), g.pick(collections[g.data]...), g.pick(collections[g.data]...), "3", ".", g.operand(), g.pipeline())
	variables := g.pick("", "", "$i, $v := ", "$v := ", "$i, $v = ", "$i,$v:=")
	if strings.Contains(variables, ":=") {
		g.vars = append(g.vars, "$v")
		if strings.Contains(variables, "$i") {
			g.vars = append(g.vars, "$i")
		}
	}
	return g.control("range", over, variables)
}

func (g *generator) action(inside string) string {
	return g.open() + inside + g.close()
}

func (g *generator) open() string {
	return g.pick("{{", "{{", "{{", "{{", "{{ ", "{{- ", "{{- ", "{{-\n")
}

func (g *generator) close() string {
	return g.pick("}}", "}}", "}}", "}}", " }}", " -}}", " -}}", "\n-}}")
}

func (g *generator) text() string {
	return g.pick("hello", " ", "\n", " a \n", "é", "日本", "}}", "{", "- ", " -", "100%", "<b>", "\t x")
}

func (g *generator) name() string {
	return g.rarely(`"missing"`, g.pick(`"inner"`, `"x"`, "`x`"))
}

func (g *generator) pipeline() string {
	text := g.command()
	for g.chance(20) {
		text += g.pick(" | ", "|", " |") + g.pick("len", "not", "print", "println", "html", "js", "urlquery", "printf \"%v\"", "printf "+g.format(), "index .Map", "eq 1", "eq \"x\"", "and true", "or \"\"", "slice", g.rarely(g.operand(), "print 1"))
	}
	return text
}

func (g *generator) command() string {
	switch g.random.Intn(12) {
	case 0, 1, 2:
		return g.operand()
	case 3, 4:
		text := "printf " + g.format()
		for g.chance(60) {
			text += " " + g.operand()
		}
		return text
	case 5:
		return g.pick("eq", "ne", "lt", "le", "gt", "ge") + " " + g.comparable()
	case 6:
		if g.chance(60) {
			return "index " + g.pick(indexes[g.data]...)
		}
		return "index " + g.pick(append([]string{"."}, collections[g.data]...)...) + " " + g.pick("0", "1", "5", `"a"`, `"b"`, `"x"`, `"task-a" "Results" "branch"`, `"task-a" "Outputs" 0`, `"task-a" "Results" "missing"`, `"unknown"`, `"unknown" "Outputs"`, `"inner" "x"`, `"Branch"`, "6 \"k\"", g.operand(), "")
	case 7:
		return "slice " + g.pick(g.pick(collections[g.data]...), "$.Title", `"héllo"`, g.operand()) + g.pick("", " 1", " 0 2", " 1 2", " 1 3 3", " 2 1", " 0 1 2", " "+g.operand())
	case 8:
		return g.pick("len", "not", "html", "js", "urlquery", "print", "println", "call") + " " + g.operand()
	case 9:
		text := g.pick("and", "or", "print", "println", "html", "js", "urlquery", "eq", "index", "slice", "and", "or")
		for g.chance(65) {
			text += " " + g.operand()
		}
		return text
	}
	return g.operand()
}

func (g *generator) comparable() string {
	switch g.random.Intn(5) {
	case 0:
		return g.pick("1", "2", "-7", "$.One", ".One", "len .Title", "0x10", "'a'", "(len .)") + " " + g.pick("1", "2", ".One", "(len .Title)", "index \"a\" 0", "(index \"a\" 0)", "97")
	case 1:
		return g.pick("1.5", "42.0", ".Float", ".Payload.number", ".Half", "1e3") + " " + g.pick("2.5", ".Float", "42.0", "42", "1000.0")
	case 2:
		return g.pick(`"a"`, ".Title", ".Empty", `"é"`, "`z`") + " " + g.pick(`"a"`, ".Empty", `"b"`, ".Title", `"\u00e9"`)
	case 3:
		return g.operand() + " nil"
	}
	return g.operand() + " " + g.operand() + g.pick("", "", " "+g.operand())
}

func (g *generator) operand() string {
	switch g.random.Intn(16) {
	case 0, 1, 2:
		return g.field()
	case 3:
		return g.pick(g.vars...) + g.pick("", "", ".Title", ".a")
	case 4:
		return "."
	case 5, 6:
		return g.number()
	case 7, 8:
		return g.quoted()
	case 9:
		return g.pick("true", "false", "nil")
	case 10:
		if g.depth < 4 {
			g.depth++
			defer func() { g.depth-- }()
			return "(" + g.pipeline() + ")" + g.pick("", "", "", ".a", ".inner.x")
		}
	case 11:
		return g.rarely(g.pick("print", "nosuch", "len", "html", "$nosuch"), "$")
	}
	return g.field()
}

func (g *generator) field() string {
	return g.rarely(g.pick(".Missing", ".Missing.x", ".Title.x", ".Nil.x", ".Map.missing", ".Strings.missing", ".Deps.taskb.Results.nope", ".Deps.task-a.Name", ".a", ".k", ".name", ".x", ".Name", "$.Title", "$.Map.a"), g.pick(fields[g.data]...))
}

// What each of the datasets has.
var fields = [][]string{
	{".Title", "$.Title", ".Body", ".Number", ".Labels", ".Deps", ".Deps.taskb", ".Deps.taskb.Name", ".Deps.taskb.Outputs", ".Deps.taskb.Results", "$.Deps.taskb.Name"},
	{".Title", "$.Title", ".Number", ".List", ".Names", ".Map", ".Map.a", "$.Map.a", ".Map.inner.x", ".Map.nil", ".Map.é", ".Strings", ".Strings.a", ".Nil", ".Zero", ".One", ".Neg", ".Float", ".Big", ".Tiny", ".Half", ".True", ".False", ".Empty", ".EmptyList", ".EmptyMap", ".__proto__", ".constructor"},
	{".", "$", ".Missing"},
	{".Title", "$.Title", ".Number", ".Labels", ".ChangedFiles", ".Map.x", ".List", ".Payload", ".Payload.number", ".Payload.draft", ".Payload.action", ".Payload.merged_at", ".Payload.pull_request.user", ".Payload.pull_request.user.login", ".Payload.pull_request.user.id", ".Payload.pull_request.title", ".Payload.pull_request.labels"},
}

var collections = [][]string{
	{".Labels", "$.Labels", ".Deps", "index $.Deps \"task-a\" \"Outputs\"", "$.Deps.taskb.Outputs", "index $.Deps \"task-a\" \"Results\""},
	{".List", "$.List", "$.Names", ".Names", ".Map", "$.Map", ".Strings", "$.EmptyList", "$.Title"},
	{".", "$"},
	{".Labels", "$.Labels", "$.List", "$.Map", ".Payload", "$.Payload.pull_request.labels", "$.ChangedFiles"},
}

var indexes = [][]string{
	{`$.Deps "task-a" "Results" "branch"`, `.Deps "task-a" "Outputs" 0`, `$.Deps "task-a" "Results" "missing"`, `.Deps "unknown"`, `.Labels 1`, `. "Branch"`, `.Deps "taskb" "Results"`},
	{`$.List 0`, `.List 5 0`, `.List 6 "k"`, `.Map "a"`, `$.Map "inner" "x"`, `.Strings "z"`, `.Strings "missing"`, `$.Names 0 1`, `. "Title"`, `. "__proto__"`, `.Title 3`, `.List 3`, `.Map "é"`},
	{`. "x"`, `$ "Title"`, `.`},
	{`.Payload "pull_request" "user" "login"`, `$.Payload "number"`, `.List 1`, `$.Labels 2`, `.Payload "missing"`, `$.Title 1`, `.Payload "pull_request" "labels" 0 "name"`},
}

func (g *generator) number() string {
	return g.rarely(g.pick("9223372036854775808", "18446744073709551616", "1e400", "08", "1__0", "_1", "0x", "0b2", "1e", "''", "'ab'"),
		g.pick("0", "1", "2", "5", "-1", "+3", "007", "0x1F", "0b101", "0o17", "1_000", "'a'", "'é'", `'\n'`, `'\x41'`, `'\377'`, "1.5", ".5", "1.", "1e3", "-2.5e-3", "1E+2", "0x1p-2", "0x1.8p3", "1i", "1.5i", "1+2i", "-1-0.5i", "0i",
			"9223372036854775807", "0_1", "0.1", "100000.0", "1e20", "1e21", "123456789.0", "0xep1", "0xe", "2.5", "0.125", "-0.0", "1e-7", "3.0", "42", "97"))
}

func (g *generator) quoted() string {
	return g.rarely(g.pick(`"\q"`, `"\'"`, `"unclosed`, `"\ud800"`, `"\400"`),
		g.pick(`"a"`, `"b"`, `""`, `"x"`, `"é"`, "`raw`", "`a\nb`", "`\r`", `"\n\t\\"`, `"\x41\101\u00e9\U0001F642"`, `"\xff\xfe"`, `"%d"`, `"100%"`, `"a\"b"`, `"<&'>="`, `"a b/c?d=e&f"`, `"日本語"`, `"\a\b\f\v\r\x00\x7f"`, `"\u2028\u00ad\ufeff"`))
}

// What fails, once in a while.
func (g *generator) rarely(broken, good string) string {
	if g.chance(4) {
		return broken
	}
	return good
}

func (g *generator) format() string {
	var text strings.Builder
	text.WriteByte('"')
	for range 1 + g.random.Intn(3) {
		text.WriteString(g.pick("", "", "a", " ", "é ", "%%"))
		text.WriteString("%")
		if g.chance(35) {
			text.WriteString(g.pick("+", "-", "#", "0", " ", "+-", "#0", "-0", "+ ", "# "))
		}
		if g.chance(10) {
			text.WriteString(g.pick("[1]", "[2]", "[3]", "[0]", "[x]", "[", "[]", "[1"))
		}
		if g.chance(25) {
			text.WriteString(g.pick("1", "5", "10", "20", "*", "[1]*", "[2]*"))
		}
		if g.chance(25) {
			text.WriteString(g.pick(".0", ".1", ".2", ".5", ".20", ".", ".*", ".[1]*", ".[2]"))
		}
		if g.chance(3) {
			text.WriteString("[1]")
		}
		if g.chance(96) {
			text.WriteString(g.pick("v", "v", "s", "d", "q", "x", "X", "t", "T", "f", "F", "e", "E", "g", "G", "b", "o", "O", "c", "U", "y", "!", "é", "z"))
		}
	}
	text.WriteByte('"')
	return text.String()
}

var tokens = regexp.MustCompile(`\{\{-?|-?\}\}|\$?\w+|\s+|.`)

// A slip of the pen: a token or a character is lost, doubled, swapped or replaced.
func (g *generator) mutated(text string) string {
	parts := tokens.FindAllString(text, -1)
	if g.chance(40) {
		parts = strings.Split(text, "")
	}
	for range 1 + g.random.Intn(2) {
		if len(parts) < 2 {
			return text
		}
		at := g.random.Intn(len(parts))
		other := g.random.Intn(len(parts))
		switch g.random.Intn(5) {
		case 0:
			parts[at] = ""
		case 1:
			parts[at] += parts[at]
		case 2:
			parts[at], parts[other] = parts[other], parts[at]
		case 3:
			parts[at] = parts[other]
		case 4:
			parts[at] = g.pick("{{", "}}", "-", " ", "|", "(", ")", ".", "$", ":=", "=", ",", "\"", "`", "'", "end", "else", "if", "range", "with", "define", "block", "template", "break", "continue", "nil", "0", "\n", "é", "{{end}}", "/*", "*/")
		}
	}
	return strings.Join(parts, "")
}
