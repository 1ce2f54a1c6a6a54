package dev.culvert.guest.cli;

import java.util.List;

/** One flag for each key of the settings; what it takes is checked with them. */
record Flag(String key, String parameter, String description) {
    /* Beside the settings. */
    static final String CONFIG = "--config";
    static final String PRINT_CONFIG = "--print-config";

    static final List<Flag> ALL =
            List.of(
                    new Flag(
                            "listen",
                            "ADDRESS",
                            "Where the host reaches the agent: vsock://any:PORT, tcp://HOST:PORT or"
                                    + " unix:///PATH; TCP beyond loopback only with"
                                    + " --allow-unauthenticated. Port 0 takes a free one. Default:"
                                    + " vsock://any:1024"),
                    new Flag(
                            "accept_from",
                            "WHO",
                            "On vsock: host (CID 2 alone) or any. Default: host"),
                    new Flag(
                            "allow_unauthenticated",
                            "YES",
                            "true: may listen on TCP beyond loopback, where whoever reaches it "
                                    + "commands the agent. Default: false"),
                    new Flag(
                            "runtime",
                            "URL",
                            "The LLM runtime, OpenAI-compatible, or echo: a built-in one "
                                    + "that gives the user's words back. "
                                    + "Default: http://127.0.0.1:8081"),
                    new Flag(
                            "runtime_key_file",
                            "FILE",
                            "Holds the key for the runtime, sent as Bearer, never logged."),
                    new Flag(
                            "runtime_model",
                            "NAME",
                            "The model, where neither host nor message names one."),
                    new Flag(
                            "runtime_timeout",
                            "TIME",
                            "How long the runtime may send nothing of an answer; comments do not "
                                    + "count. Keep it 10s below the host's timeouts.message. "
                                    + "Default: 45s"),
                    new Flag(
                            "runtime_connect_timeout",
                            "TIME",
                            "How long the runtime may take to accept a connection. Default: 5s"),
                    new Flag(
                            "runtime_keep_alive",
                            "TIME",
                            "How long an unused connection to the runtime is kept; less than the "
                                    + "runtime keeps it. Default: 4s"),
                    new Flag(
                            "runtime_connections",
                            "N",
                            "Unused connections to the runtime that are kept. Default: 8"),
                    new Flag(
                            "max_answer_bytes",
                            "SIZE",
                            "Text and tool calls of one answer of the runtime. Default: 8MiB"),
                    new Flag(
                            "max_event_bytes",
                            "SIZE",
                            "One event of an answer, or an answer that is not streamed; at most "
                                    + "1MiB. Default: 256KiB"),
                    new Flag("echo_delay", "TIME", "Between two words of the echo. Default: 0s"),
                    new Flag("max_turns", "N", "Turns at once. Default: 64"),
                    new Flag(
                            "turn_log_bytes",
                            "SIZE",
                            "Kept of what a turn said, for a host that lost its link; "
                                    + "at most 4MiB. Default: 1MiB"),
                    new Flag(
                            "turn_logs_bytes",
                            "SIZE",
                            "Kept of all turns together, at most 16MiB. Default: 16MiB"),
                    new Flag(
                            "turn_log_ttl",
                            "TIME",
                            "How long that is kept after a turn's end. Default: 60s"),
                    new Flag(
                            "orphan_grace",
                            "TIME",
                            "How long a turn goes on whose link is lost. Default: 30s"),
                    new Flag(
                            "max_ended_turns",
                            "N",
                            "Ended turns whose ids are known, so that none runs twice; of the newer"
                                    + " half there are logs. Default: 8192"),
                    new Flag(
                            "max_held_bytes",
                            "SIZE",
                            "Frames of all links that have come in part or that their hosts do not "
                                    + "read; past it the link that holds most is closed. "
                                    + "Default: 16MiB"),
                    new Flag(
                            "max_requests_bytes",
                            "SIZE",
                            "Requests of all turns that the runtime has not begun to answer; past "
                                    + "it a message is refused as overloaded. Default: 20MiB"),
                    new Flag(
                            "max_context_bytes",
                            "SIZE",
                            "Kept of the host's context, the newest first. Default: 64KiB"),
                    new Flag(
                            "max_config_bytes",
                            "SIZE",
                            "Taken as the host's configuration, at most 4MiB. Default: 1MiB"),
                    new Flag(
                            "state_dir",
                            "DIR",
                            "Keeps configuration and context over restarts. "
                                    + "Without it they are forgotten."),
                    new Flag(
                            "drain",
                            "TIME",
                            "How long turns may go on after SIGTERM. Default: 10s"),
                    new Flag(
                            "log_level",
                            "LEVEL",
                            "error, warn, info, debug or trace. Default: info"));

    String name() {
        return "--" + key.replace('_', '-');
    }
}
