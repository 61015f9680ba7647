package config

// Driver is one vendor's library or service, [driver.<name>]. Which keys count
// depends on its kind.
type Driver struct {
	Kind    string   `toml:"kind"`
	Library string   `toml:"library"`
	Host    string   `toml:"host"`    // mps program of the library's width; "" is this one
	Timeout Duration `toml:"timeout"` // of one call; 0 is that of the agent's call
	Export  string   `toml:"export"`  // "" is what the kind's libraries call it
	Buffer  int      `toml:"buffer"`  // bytes; 0 is enough for what the kind's libraries write
	Layout  Layout   `toml:"layout"`

	Type int `toml:"type"` // sscard: iType

	URL string `toml:"url"` // sieaf-http, nationec

	User     string         `toml:"user"` // sieaf, sieaf-http
	Password string         `toml:"password"`
	Function string         `toml:"function"`
	Data     map[string]any `toml:"data"`

	Args    []string `toml:"args"` // generic
	Success []string `toml:"success"`

	CodeField string `toml:"code_field"` // nationec
}

// Layout says where the fields are in a driver's answer: by place when it has a
// separator, otherwise by path in a JSON text.
type Layout struct {
	Separator          string `toml:"separator"`
	IDNumber           string `toml:"id_number"`
	Number             string `toml:"number"`
	Name               string `toml:"name"`
	IdentificationCode string `toml:"identification_code"`
}

// Kinds of Driver.
const (
	KindSSCard    = "sscard"
	KindSieaf     = "sieaf"
	KindSieafHTTP = "sieaf-http"
	KindGeneric   = "generic"
	KindNationEC  = "nationec"
)
