module taskwright.dev/bench-template

go 1.26
