// A device client that signs in with go-oidc and x/oauth2, as their documentation says.
//
// Usage: go run . ISSUER CLIENT_ID. It writes one JSON object a line: the user code, then what it got.
package main

import (
	"context"
	"encoding/json"
	"log"
	"os"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

func main() {
	ctx := context.Background()
	issuer, clientID := os.Args[1], os.Args[2]
	provider, err := oidc.NewProvider(ctx, issuer)
	check(err)
	config := oauth2.Config{
		ClientID: clientID,
		Endpoint: provider.Endpoint(),
		Scopes:   []string{oidc.ScopeOpenID, "email", "orders:read"},
	}
	started, err := config.DeviceAuth(ctx)
	check(err)
	say(map[string]any{"user_code": started.UserCode})
	token, err := config.DeviceAccessToken(ctx, started)
	check(err)
	raw, _ := token.Extra("id_token").(string)
	idToken, err := provider.Verifier(&oidc.Config{ClientID: clientID}).Verify(ctx, raw)
	check(err)
	// What verifiers expect that are configured with an algorithm, and not by discovery.
	_, err = provider.Verifier(&oidc.Config{ClientID: clientID, SupportedSigningAlgs: []string{oidc.RS256}}).Verify(ctx, raw)
	check(err)
	person, err := provider.UserInfo(ctx, oauth2.StaticTokenSource(token))
	check(err)
	next, err := config.TokenSource(ctx, &oauth2.Token{RefreshToken: token.RefreshToken}).Token()
	check(err)
	say(map[string]any{
		"subject":        idToken.Subject,
		"same_subject":   idToken.Subject == person.Subject,
		"email":          person.Email,
		"email_verified": person.EmailVerified,
		"refreshed":      next.AccessToken != token.AccessToken,
	})
}

func say(line map[string]any) { check(json.NewEncoder(os.Stdout).Encode(line)) }

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
