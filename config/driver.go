package config

import carddriver "mps/card/driver"

// Driver is one vendor's library or service, [driver.<name>]. Which keys count
// depends on its kind.
type Driver struct {
	Kind    string   `toml:"kind"` // one of carddriver's, or KindNationEC
	Library string   `toml:"library"`
	Host    string   `toml:"host"`    // mps program of the library's width; "" is this one
	Timeout Duration `toml:"timeout"` // of one call; 0 is that of the agent's call

	carddriver.Options // of them, nationec has export, buffer, charset and url

	CodeField string `toml:"code_field"` // nationec
}

// KindNationEC is the kind of Driver that asks for e-vouchers.
const KindNationEC = "nationec"
