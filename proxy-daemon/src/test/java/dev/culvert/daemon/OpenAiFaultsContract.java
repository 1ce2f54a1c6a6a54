package dev.culvert.daemon;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The same for the dialects whose errors are OpenAI's. */
interface OpenAiFaultsContract extends FaultsContract {
    @Override
    default String told(Fault fault) {
        String type =
                switch (fault) {
                    case REFUSAL_OF_THE_RUNTIME -> "rate_limit_error";
                    case BLOCKED_TOOL -> "permission_error";
                    default -> "server_error";
                };
        String code = fault == Fault.REFUSAL_OF_THE_RUNTIME ? "rate_limit_exceeded" : fault.code();
        return "\"type\":\"%s\",\"param\":null,\"code\":\"%s\"}}".formatted(type, code);
    }

    /** SHOULD says what clients are told of sending the request again, if anything. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "'code':'runtime_error','status':429,'retry_after':7 | 429 | rate_limit_error      | rate_limit_exceeded | -",
                "'code':'runtime_error','status':503                 | 502 | server_error          | runtime_error         | -",
                "'code':'runtime_error','status':400                 | 400 | invalid_request_error | runtime_error         | -",
                "'code':'runtime_error','status':413                 | 413 | invalid_request_error | runtime_error         | -",
                "'code':'runtime_error'                              | 502 | server_error          | runtime_error         | false",
                "'code':'runtime_unreachable'                        | 502 | server_error          | runtime_unreachable   | -",
                "'code':'runtime_timeout'                            | 504 | server_error          | runtime_timeout       | false",
                "'code':'stream_broken'                              | 502 | server_error          | stream_broken         | false",
                "'code':'overloaded','retry_after':1                 | 429 | rate_limit_error      | rate_limit_exceeded | -",
                "'code':'draining'                                   | 503 | server_error          | draining              | -",
                "'code':'invalid_payload'                            | 422 | invalid_request_error | invalid_payload     | -",
            })
    default void whatFailsBeforeTheFirstTokenHasAStatus(
            String error, int status, String type, String code, String should) throws Exception {
        assertRefused(
                error,
                status,
                "\"type\":\"%s\",\"param\":null,\"code\":\"%s\"}}".formatted(type, code),
                should);
    }
}
