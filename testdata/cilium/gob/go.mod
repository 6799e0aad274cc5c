module example.invalid/gobdata

go 1.19
