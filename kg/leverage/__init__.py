"""The mathematics of leverage: arrays in, arrays out; knows no country."""
