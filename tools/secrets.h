/* SPDX-License-Identifier: MIT */
/*
 * What must not be written down: told by the name of a variable or option, or
 * by the shape of the text itself. In its place stands "<hidden: WHY>".
 */
#ifndef SAMEBITS_SECRETS_H
#define SAMEBITS_SECRETS_H

#include <stdbool.h>

#include <jansson.h>

/* Does a variable or option of this name hold a secret? "DB_PASSWORD",
 * "api-key"; not "SSH_AUTH_SOCK", "max-tokens". */
bool secret_name(const char *name);
/* The text without what looks like a secret (keys and tokens of known services,
 * private keys, passwords in URLs and "password=…", long random words); the
 * caller's to free. NULL: no memory. */
char *secrets_hide(const char *text);
/* A variable's value, as it may be written down: of a long one the beginning. */
json_t *secrets_variable(const char *name, const char *value);
/* Arguments, as they may be written down: "--token=X" and "--token X" too. */
json_t *secrets_arguments(char *const *argv);
/* Are they as they were given, to be used again? Not where something is hidden,
 * nor where bytes were no text. */
bool secrets_none(const json_t *written, char *const *argv);

#endif
