package charset

import "mps/failure"

// notConfigurable is a charset in the configuration that is none.
var notConfigurable = failure.Terse("charset_unknown", "%q：应为gbk、utf-8或auto", "按提示改正")
