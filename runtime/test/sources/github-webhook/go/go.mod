module taskwright.dev/payload-golden

go 1.24

require github.com/google/go-github/v72 v72.0.0

require github.com/google/go-querystring v1.1.0 // indirect
