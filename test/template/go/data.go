package main

import "strconv"

// What the templates are rendered over. Lists have no room behind their end: how much append leaves there is Go's own affair.
var datasets = []map[string]any{
	{
		"Deps": map[string]any{
			"task-a": map[string]any{"Name": "task-a", "Outputs": []string{"branch: x", "pr: y"}, "Results": map[string]string{"branch": "x", "a": "1", "pr": "y"}},
			"taskb":  map[string]any{"Name": "taskb", "Outputs": []string{}, "Results": map[string]string{}},
		},
		"Title": "Prices are <b>rounded</b> \"twice\" & 'more'", "Body": "line 1\nline 2\tend", "Number": 12345678, "Labels": []string{"bug", "good first issue"},
	},
	{
		"Title": "naïve café 日本語 🙂", "Empty": "", "Zero": 0, "One": 1, "Neg": -7, "Float": 3.5, "Big": 1.2345678e+21, "Tiny": 1e-7, "Half": 2.5, "Number": float64(12345678),
		"True": true, "False": false, "Nil": nil,
		"List": []any{"a", 1.0, 2, nil, true, []any{"x"}, map[string]any{"k": "v"}}, "Names": []string{"é", "b", ""}, "EmptyList": []any{},
		"Map": map[string]any{"b": 2.0, "a": "one", "nil": nil, "inner": map[string]any{"x": "deep"}, "é": "accent"}, "Strings": map[string]string{"z": "last", "a": "first"}, "EmptyMap": map[string]any{},
		"__proto__": "own", "constructor": "own too",
	},
	{},
	{
		"Payload": map[string]any{
			"action": "opened", "number": 42.0, "draft": false, "merged_at": nil,
			"pull_request": map[string]any{"title": "Fix %d of 100%", "user": map[string]any{"login": "octo", "id": 583231.0}, "labels": []any{map[string]any{"name": "bug"}, map[string]any{"name": "p1", "color": nil}}},
		},
		"Number": 7, "Labels": []string{"a", "b", "c"}, "ChangedFiles": []string{}, "Title": "a\x00b\x1f\u007f\u00a0\ufeff\u200b\u2028", "Map": map[string]any{"x": 1}, "List": []any{3.0, 1.0, 2.0},
	},
}

// The same in JSON: an int, a map of strings and a list of strings say what they are.
func tag(value any) any {
	switch value := value.(type) {
	case int:
		return map[string]any{"$int": strconv.Itoa(value)}
	case map[string]string:
		return map[string]any{"$strings": value}
	case []string:
		return map[string]any{"$strings": value}
	case []any:
		tagged := make([]any, len(value))
		for index, item := range value {
			tagged[index] = tag(item)
		}
		return tagged
	case map[string]any:
		tagged := map[string]any{}
		for key, item := range value {
			tagged[key] = tag(item)
		}
		return tagged
	}
	return value
}
