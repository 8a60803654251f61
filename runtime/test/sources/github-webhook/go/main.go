// What real Go says of GitHub's payloads: the fields that its client of GitHub knows, and what templates come to that read them.
//
//	go run . fields > ../../../../src/sources/github-webhook/payload-fields.ts
//	go run . golden > ../golden.json
package main

import (
	"log"
	"os"
)

func main() {
	if len(os.Args) != 2 {
		log.Fatal("usage: go run . fields | golden")
	}
	switch os.Args[1] {
	case "fields":
		writeFields(os.Stdout)
	case "golden":
		writeGolden(os.Stdout)
	default:
		log.Fatalf("%q is neither fields nor golden", os.Args[1])
	}
}
