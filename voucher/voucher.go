// Package voucher finds out who the holder of a medical e-voucher is.
//
// A [Query] carries the text scanned from the patient's telephone and says who
// asks. It is answered by the e-voucher centre itself ([Centre]) or by an MPS
// server that stands before the centre (package uplink). Both return an
// [Answer], which keeps the centre's JSON byte for byte, for that is what the
// hospital program receives, and the few values of it that MPS itself needs.
//
// The package knows nothing of XML and nothing of the agent. The scanned text
// is a one-time payment credential: it never appears in an error of this
// package.
package voucher

// Query asks the centre who shows a code. All fields but Code may be empty;
// which of them the centre requires differs from place to place. The JSON form
// is the one used between agent and server (package uplink, type Request).
type Query struct {
	Code         string `json:"code"`         // the scanned text
	OrgID        string `json:"orgId"`        // institution
	BusinessType string `json:"businessType"` // for example 01101, registration
	OperatorID   string `json:"operatorId"`
	OperatorName string `json:"operatorName"`
	OfficeID     string `json:"officeId"`
	OfficeName   string `json:"officeName"`
	DeviceType   string `json:"deviceType"` // SelfService on kiosks, otherwise empty
}

// Holder is the person an answer names. Fields the centre did not give are
// empty.
type Holder struct {
	Name     string // userName
	IDNumber string // idNo, or aac002 where idNo is absent
	Token    string // ecToken, the settlement token (specification 4.5)
}
