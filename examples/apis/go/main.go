// One protected route. Settings: ISSUER, AUDIENCE, PORT, and JWKS_URI if the keys are not at ISSUER/jwks.
package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"log"
	"net/http"
	"os"
	"slices"
	"strings"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/go-jose/go-jose/v4"
)

type claims struct {
	Subject  string           `json:"sub"`
	ClientID string           `json:"client_id"`
	Scope    string           `json:"scope"`
	Groups   []string         `json:"groups"`
	Bound    *json.RawMessage `json:"cnf"`
}

type verifier struct{ tokens *oidc.IDTokenVerifier }

// verify returns the claims of a valid access token (RFC 9068).
func (v verifier) verify(ctx context.Context, token string) (*claims, error) {
	// The signature is checked below. An ID token has the same issuer and keys, but another type.
	parsed, err := jose.ParseSigned(token, []jose.SignatureAlgorithm{jose.ES256})
	if err != nil {
		return nil, err
	}
	typ, _ := parsed.Signatures[0].Protected.ExtraHeaders[jose.HeaderType].(string)
	if strings.TrimPrefix(strings.ToLower(typ), "application/") != "at+jwt" {
		return nil, fmt.Errorf("typ is %q: not an access token", typ)
	}
	checked, err := v.tokens.Verify(ctx, token)
	if err != nil {
		return nil, err
	}
	var found claims
	if err := checked.Claims(&found); err != nil {
		return nil, err
	}
	if found.Subject == "" || found.ClientID == "" {
		return nil, fmt.Errorf("no sub or client_id")
	}
	// A token that is bound to a key is worth nothing without a proof (RFC 9449), which is not checked here.
	if found.Bound != nil {
		return nil, fmt.Errorf("the token is bound to a key")
	}
	return &found, nil
}

// require lets a person with this scope and in this group pass.
func (v verifier) require(scope, group string, next func(http.ResponseWriter, *http.Request, *claims)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
		if !strings.EqualFold(scheme, "Bearer") {
			refuse(w, http.StatusUnauthorized, "Bearer")
			return
		}
		found, err := v.verify(r.Context(), token)
		switch {
		case err != nil:
			log.Printf("refused: %v", err)
			refuse(w, http.StatusUnauthorized, `Bearer error="invalid_token"`)
		case !slices.Contains(strings.Fields(found.Scope), scope):
			refuse(w, http.StatusForbidden, fmt.Sprintf(`Bearer error="insufficient_scope", scope="%s"`, scope))
		case !slices.Contains(found.Groups, group):
			refuse(w, http.StatusForbidden, `Bearer error="insufficient_group"`)
		default:
			next(w, r, found)
		}
	}
}

// refuse answers with a challenge (RFC 6750, section 3).
func refuse(w http.ResponseWriter, status int, challenge string) {
	w.Header().Set("WWW-Authenticate", challenge)
	w.WriteHeader(status)
}

func main() {
	issuer := os.Getenv("ISSUER")
	keys := oidc.NewRemoteKeySet(context.Background(), cmp.Or(os.Getenv("JWKS_URI"), issuer+"/jwks"))
	v := verifier{oidc.NewVerifier(issuer, keys, &oidc.Config{
		ClientID:             os.Getenv("AUDIENCE"),
		SupportedSigningAlgs: []string{oidc.ES256},
	})}
	http.Handle("GET /orders", v.require("orders:read", "example:staff", func(w http.ResponseWriter, _ *http.Request, who *claims) {
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(map[string]any{"subject": who.Subject, "orders": []string{}})
	}))
	log.Fatal(http.ListenAndServe("127.0.0.1:"+os.Getenv("PORT"), nil))
}
