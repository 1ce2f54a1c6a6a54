package dev.culvert.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A program that is compared. Each listens on loopback and forwards to the same {@link Backend}.
 *
 * <p>One more API of the daemon takes part everywhere once it has a peer here, with a bound of its
 * cost, and a line in load.c's table of dialects.
 */
/* Over 300 lines, because it is a list: each program with its settings in one place. */
enum Peer {
    CULVERTD("culvertd"),
    /** The same daemon, asked as clients of OpenAI's API ask. */
    OPENAI("culvertd, chat completions", "chat", 1.25),
    /** The same, with the newer of its APIs. */
    RESPONSES("culvertd, responses", "responses", 1.6),
    /** The same daemon, asked as clients of Anthropic's API ask. */
    ANTHROPIC("culvertd, messages", "messages", 1.6),
    /** Another build of the daemon: {@code --before}. */
    BEFORE("culvertd before"),
    HAPROXY("HAProxy"),
    NGINX("nginx"),
    GO("Go"),
    /** The Go proxy with one flush for each burst of events. */
    GO_COALESCING("Go coalescing"),
    /** The least that a proxy can do. */
    MINIMUM("C minimum"),
    /** No proxy: it answers from memory and has no streams. */
    NETTY("bare Netty"),
    /** No proxy: the backend itself. */
    DIRECT("no proxy");

    final String title;

    /** How its clients ask, as load.c names that; empty for the daemon's own paths. */
    private final String dialect;

    /** How much CPU a front may take, relative to the daemon's own paths. */
    final double mostCpu;

    Peer(String title) {
        this(title, "", 1);
    }

    Peer(String title, String dialect, double mostCpu) {
        this.title = title;
        this.dialect = dialect;
        this.mostCpu = mostCpu;
    }

    /** The daemon's own paths, and then its fronts. */
    static List<Peer> ways() {
        return Stream.of(values()).filter(peer -> peer == CULVERTD || peer.isFront()).toList();
    }

    /** Whether it is the daemon in the shape of another API. */
    boolean isFront() {
        return !dialect.isEmpty();
    }

    /**
     * A running peer and its port on loopback.
     *
     * @param gcLog only the daemon has one
     */
    record Running(Child process, int port, Optional<Path> gcLog) {}

    boolean isOfJava() {
        return this == CULVERTD || isFront() || this == BEFORE || this == NETTY;
    }

    /** Whether it takes part where all of them are compared. */
    boolean isFor(boolean streams) {
        return !isFront() && this != (streams ? NETTY : GO_COALESCING);
    }

    /** The last words of load.c's command line. */
    List<String> dialect() {
        return isFront() ? List.of(dialect) : List.of();
    }

    /** How many connections it holds for each client of a stream. */
    int connectionsPerStream() {
        return this == HAPROXY || this == NGINX ? 2 : 1;
    }

    boolean isThere(Tools tools) {
        return switch (this) {
            case CULVERTD, OPENAI, RESPONSES, ANTHROPIC, MINIMUM, NETTY, DIRECT -> true;
            case BEFORE -> tools.before().isPresent();
            case HAPROXY -> tools.isInstalled("haproxy");
            case NGINX -> tools.isInstalled("nginx");
            case GO, GO_COALESCING -> tools.isInstalled("go");
        };
    }

    /**
     * Starts it.
     *
     * @param agents how many of the backend's agents it serves
     * @param threads how many threads it uses; {@link #MINIMUM} always uses one
     */
    Running start(Tools tools, Backend backend, int agents, int threads, int bytes)
            throws IOException {
        List<String> frames = backend.frames().subList(0, agents);
        List<String> http = backend.http().subList(0, agents);
        return switch (this) {
            case CULVERTD, OPENAI, RESPONSES, ANTHROPIC ->
                    culvertd(tools, tools.culvertd(), frames, threads);
            case BEFORE -> culvertd(tools, tools.before().orElseThrow(), frames, threads);
            case HAPROXY -> haproxy(tools, http, threads);
            case NGINX -> nginx(tools, http, threads);
            case GO -> gopeer(tools, frames, threads);
            case GO_COALESCING -> gopeer(tools, concat("-coalesce", frames), threads);
            case MINIMUM -> told(tools, Map.of(), concat(tools.program("minimum"), frames));
            case NETTY -> netty(tools, bytes, threads);
            case DIRECT ->
                    new Running(
                            backend.process(), Integer.parseInt(http.getFirst()), Optional.empty());
        };
    }

    private Running gopeer(Tools tools, List<String> arguments, int threads) throws IOException {
        return told(
                tools,
                Map.of("GOMAXPROCS", String.valueOf(threads)),
                concat(tools.program("gopeer"), arguments));
    }

    private static List<String> concat(String first, List<String> others) {
        return Stream.concat(Stream.of(first), others.stream()).toList();
    }

    /** Starts a program that chooses its port and prints it. */
    private Running told(Tools tools, Map<String, String> environment, List<?> command)
            throws IOException {
        Child process = Child.start(tools.log(title), environment, command);
        String address = process.lineWith("listening on ");
        return new Running(
                process,
                Integer.parseInt(address.substring(address.lastIndexOf(':') + 1)),
                Optional.empty());
    }

    private interface Configuration {
        String on(int port);
    }

    /** Starts a program that needs a port, and waits until it accepts. */
    private Running listening(Tools tools, List<?> command, Configuration configuration)
            throws IOException {
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        Path file = tools.file(title + ".conf", configuration.on(port));
        Child process =
                Child.start(
                        tools.log(title),
                        Map.of(),
                        Stream.concat(command.stream(), Stream.of(file)).toList());
        while (process.isAlive()) {
            try (Socket _ = new Socket(InetAddress.getLoopbackAddress(), port)) {
                return new Running(process, port, Optional.empty());
            } catch (IOException notYet) {
                Bench.pause(Duration.ofMillis(20));
            }
        }
        throw new IOException(title + " did not start:\n" + Files.readString(tools.log(title)));
    }

    private static Running netty(Tools tools, int bytes, int threads) throws IOException {
        List<?> command =
                List.of(
                        tools.java(),
                        "-XX:+UseG1GC",
                        "-Xms64m",
                        "-Xmx512m",
                        "--enable-native-access=ALL-UNNAMED",
                        "--sun-misc-unsafe-memory-access=allow",
                        "-Dio.netty.leakDetection.level=disabled",
                        "-cp",
                        tools.classPath(),
                        BareNetty.class.getName(),
                        bytes,
                        threads);
        return NETTY.told(tools, Map.of(), command);
    }

    private Running culvertd(Tools tools, Path program, List<String> ports, int threads)
            throws IOException {
        Path gcLog =
                tools.log("gc-%s-%d-agents-%d-threads".formatted(title, ports.size(), threads));
        Path settings = tools.file("culvertd.jsonc", settings(ports, threads));
        Running running =
                told(
                        tools,
                        Map.of("CULVERT_JAVA_OPTIONS", "-Xlog:gc:file=" + gcLog + ":uptime"),
                        List.of(program, "serve", "--config", settings));
        return new Running(running.process(), running.port(), Optional.of(gcLog));
    }

    /** The shipped settings, with higher limits where these loads exceed them. */
    private static String settings(List<String> ports, int threads) {
        String agents =
                IntStream.range(0, ports.size())
                        .mapToObj(i ->
                                "{\"id\": \"a%d\", \"address\": \"tcp://127.0.0.1:%s\"}"
                                        .formatted(i, ports.get(i)))
                        .collect(Collectors.joining(",\n    "));
        return """
        {
          "http": {"listen": ["tcp://127.0.0.1:0"], "max_body_bytes": "2MiB"},
          "link": {"max_unsent_bytes": "64MiB"},
          "timeouts": {"message": "10m", "drain": "1s"},
          "turns": {"resume_grace": "0s"},
          "log_level": "warn",
          "event_loops": %d,
          "agents": [
            %s
          ]
        }
        """
                .formatted(threads, agents);
    }

    private static Running haproxy(Tools tools, List<String> ports, int threads)
            throws IOException {
        return HAPROXY.listening(
                tools, List.of("haproxy", "-db", "-f"), port -> haproxyConf(ports, threads, port));
    }

    /** Without {@code http-no-delay}, HAProxy holds small pieces of a stream for up to 200 ms. */
    private static String haproxyConf(List<String> ports, int threads, int port) {
        String agents =
                IntStream.range(0, ports.size())
                        .mapToObj(i ->
                                "backend a%d\n    server s 127.0.0.1:%s\n"
                                        .formatted(i, ports.get(i)))
                        .collect(Collectors.joining());
        return """
        global
            nbthread %d
        defaults
            mode http
            timeout connect 5s
            timeout client 10m
            timeout server 10m
            option http-no-delay
        frontend clients
            bind 127.0.0.1:%d
            use_backend %%[path,field(5,/)]
        %s\
        """
                .formatted(threads, port, agents);
    }

    private static Running nginx(Tools tools, List<String> ports, int threads) throws IOException {
        return NGINX.listening(
                tools,
                List.of("nginx", "-e", "stderr", "-p", tools.directory(), "-c"),
                port -> nginxConf(ports, threads, port));
    }

    private static String nginxConf(List<String> ports, int threads, int port) {
        String agents =
                IntStream.range(0, ports.size())
                        .mapToObj(i ->
                                "    upstream a%d { server 127.0.0.1:%s; keepalive 64; keepalive_requests 1000000000; }\n"
                                        .formatted(i, ports.get(i)))
                        .collect(Collectors.joining());
        return """
        daemon off;
        pid nginx.pid;
        worker_processes %d;
        events { worker_connections 20000; }
        http {
            access_log off;
            client_body_temp_path nginx-body;
            proxy_temp_path nginx-proxy;
            fastcgi_temp_path nginx-fastcgi;
            uwsgi_temp_path nginx-uwsgi;
            scgi_temp_path nginx-scgi;
            keepalive_requests 1000000000;
            client_max_body_size 2m;
            client_body_buffer_size 64k;
        %s    server {
                listen 127.0.0.1:%d backlog=4096;
                location ~ ^/api/v1/agents/([^/]+)/ {
                    proxy_pass http://$1;
                    proxy_http_version 1.1;
                    proxy_set_header Connection "";
                    proxy_buffering off;
                    proxy_buffer_size 64k;
                    proxy_buffers 8 64k;
                    proxy_request_buffering off;
                    proxy_read_timeout 10m;
                }
            }
        }
        """
                .formatted(threads, agents, port);
    }
}
