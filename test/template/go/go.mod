module taskwright.dev/template-golden

go 1.26
