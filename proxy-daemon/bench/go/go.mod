module culvert.dev/bench/gopeer

go 1.19
