package dev.culvert.daemon.auth;

/** Why a caller may not do what it asks for. */
public enum Denial {
    UNAUTHENTICATED(
            "unauthenticated",
            "This daemon asks for a token: send it as 'Authorization: Bearer TOKEN' or 'x-api-key:"
                    + " TOKEN'."),
    INVALID_TOKEN(
            "invalid_token",
            "The token is not known here: check that it was copied whole, or ask for another."),
    TOKEN_EXPIRED(
            "token_expired", "The token has expired, or its secret was replaced: ask for another."),
    TOKEN_REVOKED("token_revoked", "The token was revoked: ask for another."),
    INSUFFICIENT_SCOPE(
            "insufficient_scope", "The caller may not do this: ask for a token that may.");

    private final String code;
    private final String sentence;

    Denial(String code, String sentence) {
        this.code = code;
        this.sentence = sentence;
    }

    /** Whether this code says that the caller is nobody who is let in. */
    public static boolean isOfUnknownCaller(String code) {
        for (Denial denial : values()) {
            if (denial != INSUFFICIENT_SCOPE && denial.code.equals(code)) {
                return true;
            }
        }
        return false;
    }

    /** One word for programs. */
    public String code() {
        return code;
    }

    /** What happened and what to do, for people. */
    public String sentence() {
        return sentence;
    }
}
