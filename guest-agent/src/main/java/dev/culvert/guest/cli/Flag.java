package dev.culvert.guest.cli;

import java.util.List;

/** The flag of one key of the settings. The settings check its value. */
record Flag(String key, String parameter, String description) {
    /* These two are no settings. */
    static final String CONFIG = "--config";
    static final String PRINT_CONFIG = "--print-config";

    static final List<Flag> ALL =
            List.of(
                    new Flag(
                            "listen",
                            "ADDRESS",
                            "Where the agent listens for the host: vsock://any:PORT,"
                                    + " tcp://HOST:PORT or unix:///PATH. TCP beyond loopback also"
                                    + " needs --allow-unauthenticated. Port 0 takes a free port."
                                    + " Default: vsock://any:1024"),
                    new Flag(
                            "join",
                            "URL",
                            "Where the agent dials in, instead of waiting for the host:"
                                    + " wss://HOST[:PORT][/PATH], ws://HOST[:PORT][/PATH],"
                                    + " tls://HOST:PORT, tcp://HOST:PORT, vsock://2:PORT or"
                                    + " unix:///PATH. With it, the agent listens only if --listen is"
                                    + " set, too."),
                    new Flag(
                            "join_ca",
                            "FILE",
                            "With wss:// or tls://: PEM, the issuers of the daemon's certificate."
                                    + " Default: those that the JVM trusts"),
                    new Flag(
                            "join_token_file",
                            "FILE",
                            "With --join: contains the token that culvert enroll printed, which the"
                                    + " agent needs the first time; - is standard input."
                                    + " CULVERT_AGENT_JOIN_TOKEN may contain the token instead."),
                    new Flag(
                            "name",
                            "NAME",
                            "With --join: the id that the agent would like. Default: that of the"
                                    + " token, or else the hostname"),
                    new Flag(
                            "vm_generation_file",
                            "FILE",
                            "Contains the generation id of the virtual machine, which shows that it"
                                    + " was restored from a snapshot, or is a copy. Default: what"
                                    + " QEMU shows, if anything"),
                    new Flag(
                            "accept_from",
                            "WHO",
                            "Who may connect over vsock: host (only CID 2) or any. Default: host"),
                    new Flag(
                            "allow_unauthenticated",
                            "YES",
                            "true: the agent may listen on TCP beyond loopback, where whoever "
                                    + "reaches it controls it. Default: false"),
                    new Flag(
                            "runtime",
                            "URL",
                            "The OpenAI-compatible or Anthropic-compatible LLM runtime, or "
                                    + "echo: a built-in one that repeats the user's words. "
                                    + "Default: http://127.0.0.1:8081"),
                    new Flag(
                            "runtime_kind",
                            "KIND",
                            "openai: the runtime speaks chat completions. anthropic: it speaks the "
                                    + "Messages API. Unless the host says otherwise. "
                                    + "Default: openai"),
                    new Flag(
                            "runtime_key_file",
                            "FILE",
                            "Contains the runtime's key; sent as a Bearer token, to an "
                                    + "Anthropic-compatible one also as x-api-key; never logged."),
                    new Flag(
                            "runtime_model",
                            "NAME",
                            "The model, if neither the host nor a message names one."),
                    new Flag(
                            "anthropic_max_tokens",
                            "N",
                            "With runtime kind anthropic: max_tokens, if neither the host nor a "
                                    + "message sets it. Default: 8192"),
                    new Flag(
                            "anthropic_version",
                            "DATE",
                            "With runtime kind anthropic: the header anthropic-version, if neither "
                                    + "the host nor a message sets it. Default: 2023-06-01"),
                    new Flag(
                            "anthropic_leave_out",
                            "NAMES",
                            "With runtime kind anthropic: members of a message that the runtime "
                                    + "refuses and is not sent, such as temperature,top_p,top_k. "
                                    + "Default: none"),
                    new Flag(
                            "runtime_timeout",
                            "TIME",
                            "How long the runtime may send no part of an answer; SSE comments do "
                                    + "not count. Keep it 10s below the host's timeouts.message. "
                                    + "Default: 45s"),
                    new Flag(
                            "runtime_connect_timeout",
                            "TIME",
                            "How long the runtime may take to accept a connection. Default: 5s"),
                    new Flag(
                            "runtime_keep_alive",
                            "TIME",
                            "How long to keep an unused connection to the runtime. Must be shorter "
                                    + "than the runtime keeps it. Default: 4s"),
                    new Flag(
                            "runtime_connections",
                            "N",
                            "How many unused connections to the runtime to keep. Default: 8"),
                    new Flag(
                            "max_answer_bytes",
                            "SIZE",
                            "The most text and tool calls in one answer. Default: 8MiB"),
                    new Flag(
                            "max_event_bytes",
                            "SIZE",
                            "The largest event of an answer, or answer that is not streamed; at "
                                    + "most 1MiB. Default: 256KiB"),
                    new Flag(
                            "echo_delay",
                            "TIME",
                            "The pause between two words of the echo. Default: 0s"),
                    new Flag("max_turns", "N", "How many turns may run at once. Default: 64"),
                    new Flag(
                            "turn_log_bytes",
                            "SIZE",
                            "How much of a turn to keep for a host that lost its link; "
                                    + "at most 4MiB. Default: 1MiB"),
                    new Flag(
                            "turn_logs_bytes",
                            "SIZE",
                            "How much of all turns together to keep, at most 16MiB. Default: 16MiB"),
                    new Flag(
                            "turn_log_ttl",
                            "TIME",
                            "How long to keep that after the end of a turn. Default: 60s"),
                    new Flag(
                            "orphan_grace",
                            "TIME",
                            "How long a turn goes on after its link is lost. Default: 30s"),
                    new Flag(
                            "max_ended_turns",
                            "N",
                            "How many ids of ended turns to remember, so that none runs twice; the"
                                    + " newer half have logs. Default: 8192"),
                    new Flag(
                            "max_held_bytes",
                            "SIZE",
                            "The most bytes of frames, over all links, that have come in part or "
                                    + "that a host does not read; beyond that, the link that holds "
                                    + "the most is closed. Default: 16MiB"),
                    new Flag(
                            "max_requests_bytes",
                            "SIZE",
                            "The most bytes of requests that the runtime has not begun to answer; "
                                    + "beyond that, a message is refused as overloaded. "
                                    + "Default: 48MiB"),
                    new Flag(
                            "max_message_bytes",
                            "SIZE",
                            "The largest message; one over 4MiB comes in several frames. At "
                                    + "most what --max-requests-bytes allows. Default: 32MiB"),
                    new Flag(
                            "max_context_bytes",
                            "SIZE",
                            "How much of the host's context to keep; the newest stays. Default: 64KiB"),
                    new Flag(
                            "max_config_bytes",
                            "SIZE",
                            "The largest configuration that the host may send; at most 4MiB. "
                                    + "Default: 1MiB"),
                    new Flag(
                            "state_dir",
                            "DIR",
                            "Saves the configuration, the context, the identity and the calls that "
                                    + "wait for an approval here, so that they survive a restart. "
                                    + "Without it they do not."),
                    new Flag(
                            "heartbeat",
                            "TIME",
                            "How often to tell hosts that the agent is there, and to look whether "
                                    + "the runtime is: from 1s to 60s. Default: 10s"),
                    new Flag(
                            "local_socket",
                            "FILE",
                            "A Unix socket through which programs in the VM publish, ask and answer "
                                    + "on subjects; whoever may open it speaks for this agent. "
                                    + "Without it they cannot."),
                    new Flag(
                            "local_connections",
                            "N",
                            "How many programs may be connected there at once. Default: 64"),
                    new Flag(
                            "subject_requests",
                            "N",
                            "How many requests on subjects may wait for an answer. Default: 256"),
                    new Flag(
                            "subject_bytes",
                            "SIZE",
                            "The largest data of one message on a subject; at most 2MiB. "
                                    + "Default: 256KiB"),
                    new Flag(
                            "subject_timeout",
                            "TIME",
                            "How long the answer to a request on a subject may take. Default: 30s"),
                    new Flag(
                            "forward_ports",
                            "PORTS",
                            "The ports of this VM's loopback address to which hosts may open tunnels,"
                                    + " as in 22,3000-3999. Without it there are none."),
                    new Flag(
                            "reverse_ports",
                            "PORTS",
                            "The ports of this VM's loopback address that hosts may open, so that"
                                    + " programs here reach a service of the host (culvert"
                                    + " reverse), as in 15432,16000-16099. Without it there are"
                                    + " none."),
                    new Flag(
                            "max_tunnels",
                            "N",
                            "How many tunnels may be open at once, in both directions; at most 1023."
                                    + " Default: 256"),
                    new Flag(
                            "tunnel_timeout",
                            "TIME",
                            "How long a port may take to accept a connection. Default: 5s"),
                    new Flag(
                            "llm_listen",
                            "ADDRESS",
                            "Where clients of OpenAI's and Anthropic's API in this VM reach an LLM"
                                    + " through the host, with the host's key: 127.0.0.1:8082, or"
                                    + " unix:///PATH. Without it they do not."),
                    new Flag(
                            "proxy_listen",
                            "ADDRESS",
                            "Where programs in this VM have an HTTP proxy to servers that the host"
                                    + " allows: 127.0.0.1:3128, or unix:///PATH. Without it there is"
                                    + " none."),
                    new Flag(
                            "tools_dir",
                            "DIR",
                            "The directory in which the agent's own tools work: read_file,"
                                    + " write_file, edit_file, list_dir and search_files. Nothing"
                                    + " outside of it can be reached. Without it there are none."),
                    new Flag(
                            "tools_policy",
                            "FILE",
                            "The rules of what these tools may do (culvert policy test FILE)."
                                    + " Default: they may read"),
                    new Flag(
                            "tool_commands",
                            "HOW",
                            "off: the agent runs no commands. confined: it has the tool run_command,"
                                    + " and runs what the policy allows, where the kernel has"
                                    + " Landlock. unconfined: also where it has not. Default: off"),
                    new Flag(
                            "tool_servers",
                            "HOW",
                            "off: the agent starts no MCP servers. confined: it starts those of its"
                                    + " configuration (tools.mcp), which write where commands do;"
                                    + " only where the kernel has Landlock. unconfined: they may"
                                    + " do what the agent's user may. Default: off"),
                    new Flag(
                            "max_tool_rounds",
                            "N",
                            "How often a turn may ask the runtime again with results of tools."
                                    + " Default: 16"),
                    new Flag(
                            "max_tool_calls",
                            "N",
                            "How many calls of tools may run at once. Default: 4"),
                    new Flag("tool_timeout", "TIME", "How long a call may take. Default: 30s"),
                    new Flag(
                            "tool_output_bytes",
                            "SIZE",
                            "How much a call may tell the model; at most 512KiB. Default: 64KiB"),
                    new Flag(
                            "tool_results_bytes",
                            "SIZE",
                            "The same for all calls of a turn; at most 8MiB. Default: 1MiB"),
                    new Flag(
                            "approval_timeout",
                            "TIME",
                            "How long a call waits about which the policy asks, until it counts as"
                                    + " denied; from 1s to 24h. Default: 15m"),
                    new Flag(
                            "max_approvals",
                            "N",
                            "How many calls may wait for an approval. Default: 16"),
                    new Flag(
                            "approval_bytes",
                            "SIZE",
                            "How much the turns may take that wait for an approval; they are kept"
                                    + " in --state-dir, too. Default: 16MiB"),
                    new Flag(
                            "drain",
                            "TIME",
                            "How long running turns may go on after SIGTERM. Default: 10s"),
                    new Flag(
                            "log_level",
                            "LEVEL",
                            "error, warn, info, debug or trace. Default: info"));

    String name() {
        return "--" + key.replace('_', '-');
    }
}
