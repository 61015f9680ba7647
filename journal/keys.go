package journal

import (
	"crypto/cipher"
	"crypto/hmac"
	"crypto/rand"
	"errors"
	"fmt"
	"hash"
	"strings"
	"sync"

	"github.com/emmansun/gmsm/sm3"
	"github.com/emmansun/gmsm/sm4"

	"mps/identity"
)

// Keys hashes what the journal is searched by and seals the answers it keeps.
// All keys derive from one master key, see [LoadKeys]. It is safe for
// concurrent use.
type Keys struct {
	search      sync.Pool // of hash.Hash, HMAC-SM3 under the search key
	answers     cipher.AEAD
	fingerprint []byte
}

// The labels under which keys derive from the master key: HMAC-SM3(master,
// label), of which SM4 takes the first 16 bytes. They never change.
const (
	searchLabel      = "mps journal search 1"
	answersLabel     = "mps journal answers 1"
	fingerprintLabel = "mps journal fingerprint 1"
)

// The kinds of searchable values. The kind goes into the hash, so that equal
// values in different columns cannot be recognised as equal.
const (
	codeKind     = "code"
	nameKind     = "name"
	idNumberKind = "id number"
	tokenKind    = "token"
)

func newKeys(master []byte) (*Keys, error) {
	if len(master) != masterSize {
		return nil, fmt.Errorf("journal: master key of %d bytes", len(master))
	}
	derive := func(label string) []byte {
		h := hmac.New(sm3.New, master)
		h.Write([]byte(label))
		return h.Sum(nil)
	}
	block, err := sm4.NewCipher(derive(answersLabel)[:sm4.BlockSize])
	if err != nil {
		return nil, fmt.Errorf("journal: %w", err)
	}
	answers, err := cipher.NewGCM(block)
	if err != nil {
		return nil, fmt.Errorf("journal: %w", err)
	}
	k := &Keys{answers: answers, fingerprint: derive(fingerprintLabel)}
	searchKey := derive(searchLabel)
	k.search.New = func() any { return hmac.New(sm3.New, searchKey) }
	return k, nil
}

// hash returns the keyed hash of a value of the given kind, 32 bytes, and nil
// for an empty value. Surrounding blanks do not matter, nor how an identity number
// is spelt (identity.Normalize) and the case of its letters.
func (k *Keys) hash(kind, value string) []byte {
	value = strings.TrimSpace(value)
	if value == "" {
		return nil
	}
	if kind == idNumberKind {
		value = strings.ToUpper(identity.Normalize(value))
	}
	h := k.search.Get().(hash.Hash)
	defer k.search.Put(h)
	h.Reset()
	h.Write([]byte(kind))
	h.Write([]byte{0})
	h.Write([]byte(value))
	return h.Sum(make([]byte, 0, sm3.Size))
}

// sealVersion is the first byte of a sealed answer: a 12-byte random nonce and
// the SM4-GCM ciphertext with its 16-byte tag follow.
const sealVersion = 1

var errSeal = errors.New("journal: sealed answer is damaged or belongs to another key or request")

// seal encrypts an answer and binds it to its request.
func (k *Keys) seal(answer []byte, institution, requestID string) []byte {
	size := k.answers.NonceSize()
	sealed := make([]byte, 1+size, 1+size+len(answer)+k.answers.Overhead())
	sealed[0] = sealVersion
	nonce := sealed[1:]
	rand.Read(nonce) // never fails: crypto/rand ends the program instead
	return k.answers.Seal(sealed, nonce, answer, sealedFor(institution, requestID))
}

// open is the inverse of seal.
func (k *Keys) open(sealed []byte, institution, requestID string) ([]byte, error) {
	size := k.answers.NonceSize()
	if len(sealed) < 1+size || sealed[0] != sealVersion {
		return nil, errSeal
	}
	answer, err := k.answers.Open(nil, sealed[1:1+size], sealed[1+size:], sealedFor(institution, requestID))
	if err != nil {
		return nil, errSeal
	}
	return answer, nil
}

// sealedFor is unambiguous because neither part holds a NUL, see Entry.
func sealedFor(institution, requestID string) []byte {
	return []byte(institution + "\x00" + requestID)
}
