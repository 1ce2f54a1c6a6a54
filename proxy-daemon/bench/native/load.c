// Sends the requests of many clients, and checks and times every answer. It is in C because it shares the machine with the
// proxies: it takes little of it, and no collector or compiler pauses it.
//
// usage: load PORT AGENTS CLIENTS MILLISECONDS message BYTES RATE
//        load PORT AGENTS CLIENTS MILLISECONDS stream CHUNKS MICROSECONDS
//        load PORT AGENTS CLIENTS MILLISECONDS spread CHUNKS MICROSECONDS
//        load PORT AGENTS CLIENTS MILLISECONDS leave RUNTIME MICROSECONDS
//        load PORT AGENTS CLIENTS MILLISECONDS idle
//        each with "chat" or "responses" after it: the same as OpenAI's APIs of these names; with "messages": as Anthropic's
//
// message  RATE messages a second, each at its own time, even if earlier answers are missing. Latency counts from the time at
//          which a message was due, so a message that is late because all clients wait is counted as late. RATE 0 sends the next
//          message after each answer.
// stream   Each client reads a stream of CHUNKS, one every MICROSECONDS, and then the next stream. Latency is that of one chunk,
//          from the time that the backend wrote into it.
// spread   The same, but the clients begin one after another, spread over the time of one stream, as users do. Also tells the time
//          from a request to its first chunk, and the time from one chunk to the next.
// leave    Every MICROSECONDS a new client opens a stream, reads the first chunk and leaves; no other chunk would come. Latency is
//          the time until the backend, whose port of the runtime is RUNTIME, sees its connection close. CLIENTS is 1.
// idle     Each client opens a stream with at most one chunk. Prints "open" when all heads have arrived, and keeps the streams
//          until it is stopped.
//
// Prints one line of NAME=VALUE; latencies are in microseconds.
#include "net.h"

struct client {
    struct endpoint endpoint;  // must be first: on_bytes casts its endpoint to a client
    bool busy, in_body, chunked;
    size_t body_left;          // bytes left of the message or of the HTTP chunk
    struct buffer text;        // the body, decoded
    uint64_t intended;
    long chunks;
    uint64_t last_chunk;       // when it arrived
    long number;               // of a client that leaves, from 1
    struct client *next_idle;
};

static enum { MESSAGE, STREAM, SPREAD, LEAVE, IDLE } kind;

// How clients of another API ask, and what the text of an answer and its end look like there.
static const struct dialect {
    const char *name, *path, *list, *content, *end;
} dialects[] = {
    {"chat", "/v1/chat/completions", "messages", "\"delta\":{\"content\":\"", "data: [DONE]"},
    {"responses", "/v1/responses", "input", "\"delta\":\"", "event: response.completed"},
    {"messages", "/v1/messages", "messages", "\"text_delta\",\"text\":\"", "event: message_stop"},
};
static const struct dialect *dialect;  // NULL for the daemon's own paths
static int port, agents, agent;
static long wanted_chunks, opened;
static double rate;
static struct buffer body, expected;
static struct client *idle;
static bool stopping;
static long requests, events, errors;
static struct times {
    uint64_t *nanos;
    size_t count, room;
} latencies, first_chunks, gaps;
static uint64_t *left_at;  // by the number of the client
static long leavers, seen_leaving;

static void record(struct times *times, uint64_t nanos) {
    if (times->count == times->room) {
        times->room = times->room ? times->room * 2 : 1 << 16;
        times->nanos = realloc(times->nanos, times->room * sizeof *times->nanos);
        if (!times->nanos) die("realloc");
    }
    times->nanos[times->count++] = nanos;
}

// Writes the number of a client over the zeros that end the words of every request.
static void write_number(long number) {
    char digits[16];
    snprintf(digits, sizeof digits, "%09ld", number);
    char *zeros = memmem(head(&body), held(&body), " for ", 5);
    memcpy(zeros + 5, digits, 9);
}

static void ask(struct client *c, uint64_t intended) {
    c->busy = true;
    c->intended = intended;
    c->chunks = 0;
    char path[64], model[64];
    int size = snprintf(model, sizeof model, "{\"model\":\"a%d\",", agent);
    snprintf(path, sizeof path, "/api/v1/agents/a%d/%s", agent, kind == MESSAGE ? "message" : "stream");
    APPENDF(&c->endpoint.out, "POST %s HTTP/1.1\r\nhost: 127.0.0.1:%d\r\ncontent-type: application/json\r\ncontent-length: %zu\r\n\r\n%s",
            dialect ? dialect->path : path, port, held(&body) + (dialect ? (size_t)size : 0), dialect ? model : "");
    agent = (agent + 1) % agents;
    if (c->number) write_number(c->number);
    append(&c->endpoint.out, head(&body), held(&body));
    flush_later(&c->endpoint);
}

static void answered(struct client *c, bool right) {
    c->busy = c->in_body = false;
    consume(&c->text, held(&c->text));
    requests++;
    if (!right) errors++;
    if (kind == MESSAGE) record(&latencies, now_nanos() - c->intended);
    if (rate > 0) {
        c->next_idle = idle;
        idle = c;
    } else if (!stopping && kind != LEAVE) {
        ask(c, now_nanos());
    }
}

// A chunk has arrived, which begins with the time at which the backend sent it.
static void on_chunk(struct client *c, const char *content, uint64_t now) {
    c->chunks++;
    events++;
    if (kind != LEAVE) record(&latencies, now - strtoull(content, NULL, 10));
    if (kind == SPREAD && c->chunks == 1) record(&first_chunks, now - c->intended);
    if (kind == SPREAD && c->chunks > 1) record(&gaps, now - c->last_chunk);
    c->last_chunk = now;
}

// Handles one line of an event stream.
static void on_line(struct client *c, const char *line, size_t length, uint64_t now) {
    static const char data[] = "data: {\"content\":\"";
    const size_t prefix = sizeof data - 1;
    if (length > prefix + 40 && !memcmp(line, data, prefix) && line[prefix + 40] == '"') {
        on_chunk(c, line + prefix, now);
    } else if (length == 11 && !memcmp(line, "event: done", 11)) {
        c->chunks = c->chunks == wanted_chunks ? -1 : -2;  // whether the stream is complete
    } else if (length > prefix && !memcmp(line, data, prefix) && line[prefix] == '"') {
        // a real guest says in a chunk without text why the runtime stopped
    } else if (length > 5 && !memcmp(line, "data:", 5) && c->chunks >= 0) {
        c->chunks = -2;
    }
}

// The same in another dialect, whose streams also have events without a text.
static void on_front_line(struct client *c, const char *line, size_t length, uint64_t now) {
    const size_t prefix = strlen(dialect->content);
    const char *found = memmem(line, length, dialect->content, prefix);
    if (found && (size_t)(line + length - found) > prefix + 40 && found[prefix + 40] == '"') {
        on_chunk(c, found + prefix, now);
    } else if (length == strlen(dialect->end) && !memcmp(line, dialect->end, length)) {
        c->chunks = c->chunks == wanted_chunks ? -1 : -2;
    } else if (memmem(line, length, "\"error\":{", 9)) {
        c->chunks = -2;
    }
}

static void on_text(struct client *c, uint64_t now) {
    if (kind == MESSAGE) return;
    char *end;
    while ((end = memchr(head(&c->text), '\n', held(&c->text)))) {
        (dialect ? on_front_line : on_line)(c, head(&c->text), (size_t)(end - head(&c->text)), now);
        consume(&c->text, (size_t)(end + 1 - head(&c->text)));
        if (!held(&c->text)) break;
    }
}

static bool is_expected(const struct buffer *text) {
    static const size_t name = sizeof "{\"content\"" - 1;  // which another dialect calls otherwise
    if (dialect) return memmem(head(text), held(text), head(&expected) + name, held(&expected) - name);
    return held(text) >= held(&expected) && !memcmp(head(text), head(&expected), held(&expected));
}

// Reads the head of an answer; false while it is incomplete.
static bool take_head(struct client *c) {
    struct buffer *in = &c->endpoint.in;
    char *end = memmem(head(in), held(in), "\r\n\r\n", 4);
    if (!end) return false;
    *end = 0;
    char *length = strcasestr(head(in), "\r\ncontent-length:");
    c->chunked = strcasestr(head(in), "\r\ntransfer-encoding: chunked");
    c->body_left = length ? strtoul(length + 17, NULL, 10) : 0;
    c->in_body = true;
    if (strncmp(head(in), "HTTP/1.1 200", 12)) {
        if (!errors) fprintf(stderr, "load: %.60s\n", head(in));
        errors++;
    }
    if (kind == IDLE) opened++;
    consume(in, (size_t)(end + 4 - head(in)));
    return true;
}

// Reads what has arrived of a chunked body; false while more must arrive.
static bool take_chunks(struct client *c) {
    struct buffer *in = &c->endpoint.in;
    while (held(in)) {
        if (!c->body_left) {
            char *line = memchr(head(in), '\n', held(in));
            if (!line) return false;
            size_t size = strtoul(head(in), NULL, 16);
            if (!size && held(in) < (size_t)(line + 3 - head(in))) return false;
            consume(in, (size_t)(line + (size ? 1 : 3) - head(in)));
            if (!size) return true;
            c->body_left = size + 2;
        }
        size_t n = held(in) < c->body_left ? held(in) : c->body_left;
        size_t of_text = c->body_left <= 2 ? 0 : n < c->body_left - 2 ? n : c->body_left - 2;
        append(&c->text, head(in), of_text);
        consume(in, n);
        c->body_left -= n;
    }
    return false;
}

static bool take_body(struct client *c) {
    struct buffer *in = &c->endpoint.in;
    size_t n = held(in) < c->body_left ? held(in) : c->body_left;
    append(&c->text, head(in), n);
    consume(in, n);
    c->body_left -= n;
    return !c->body_left;
}

static void on_bytes(struct endpoint *e) {
    struct client *c = (struct client *)e;
    uint64_t now = now_nanos();
    while (held(&e->in) && (c->in_body || take_head(c))) {
        bool whole = c->chunked ? take_chunks(c) : take_body(c);
        if (held(&c->text)) on_text(c, now);
        if (kind == LEAVE && c->chunks == 1) {
            requests++;
            left_at[c->number] = now_nanos();
            close_endpoint(e);
            return;
        }
        if (!whole) break;
        answered(c, kind == MESSAGE ? is_expected(&c->text) : c->chunks == -1);
    }
}

// Lines of GET /left, after its head: a client's number, and when the backend saw that it had left.
static void on_left(struct endpoint *e) {
    char *end;
    while (held(&e->in) && (end = memchr(head(&e->in), '\n', held(&e->in)))) {
        long number;
        unsigned long long at;
        if (sscanf(head(&e->in), "%ld %llu", &number, &at) == 2 && number > 0 && number <= leavers && left_at[number]) {
            record(&latencies, at > left_at[number] ? at - left_at[number] : 0);
            seen_leaving++;
        }
        consume(&e->in, (size_t)(end + 1 - head(&e->in)));
    }
}

static void on_close(struct endpoint *e) {
    if (kind == LEAVE && e->on_bytes == on_bytes && left_at[((struct client *)e)->number]) {
        free(((struct client *)e)->text.bytes);
    } else if (!stopping || kind == IDLE) {
        fprintf(stderr, "load: a connection was closed\n");
        exit(1);
    }
}

static int by_size(const void *a, const void *b) {
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

static double percentile(const struct times *times, double share) {
    return times->count ? (double)times->nanos[(size_t)(share * (double)(times->count - 1))] / 1000 : 0;
}

static void sort(struct times *times) {
    if (times->count) qsort(times->nanos, times->count, sizeof *times->nanos, by_size);
}

static struct client *connect_client(void) {
    struct client *c = calloc(1, sizeof *c);
    if (!c) die("calloc");
    c->endpoint.on_bytes = on_bytes;
    c->endpoint.on_close = on_close;
    connect_to_loopback(port, &c->endpoint);
    return c;
}

// What every request says; in another dialect it comes after the model.
static void set_body(const char *words, size_t length) {
    if (dialect) APPENDF(&body, "\"%s\":[", dialect->list);
    APPEND(&body, "{\"role\":\"user\",\"content\":\"");
    append(&body, words, length);
    APPEND(&body, "\"}");
    if (dialect && kind == MESSAGE) APPEND(&body, "]}");
    if (dialect && kind != MESSAGE) APPEND(&body, "],\"stream\":true}");
}

// Opens the streams a hundred at a time, so that no queue of connections overflows.
static void hold_idle_streams(int clients) {
    static const char words[] = "2 chunks every 3600000000 us";
    set_body(words, sizeof words - 1);
    for (int i = 0; i < clients; i++) {
        ask(connect_client(), 0);
        while (i % 100 == 99 && opened < i - 99) turn_loop(NEVER);
    }
    while (opened < clients) turn_loop(NEVER);
    printf("open errors=%ld\n", errors);
    fflush(stdout);
    for (;;) turn_loop(NEVER);
}

// Lets clients come and go, and waits a second for the last to be seen leaving. One that nobody saw is an error.
static void come_and_go(int runtime, uint64_t every, uint64_t end) {
    static const char words[] = "2 chunks every 3600000000 us for 000000000";
    set_body(words, sizeof words - 1);
    uint64_t start = now_nanos();
    left_at = calloc((size_t)((end - start) / every) + 2, sizeof *left_at);
    struct endpoint *left = calloc(1, sizeof *left);
    if (!left_at || !left) die("calloc");
    left->on_bytes = on_left;
    left->on_close = on_close;
    connect_to_loopback(runtime, left);
    APPENDF(&left->out, "GET /left HTTP/1.1\r\nhost: 127.0.0.1:%d\r\n\r\n", runtime);
    flush_later(left);
    for (uint64_t due; (due = start + (uint64_t)(leavers + 1) * every) < end;) {
        turn_loop(due);
        if (now_nanos() < due) continue;
        struct client *c = connect_client();
        c->number = ++leavers;
        ask(c, due);
    }
    while (now_nanos() < end + SECOND && seen_leaving < leavers) turn_loop(end + SECOND);
    errors += leavers - seen_leaving;
}

int main(int count, char **arguments) {
    static const char *const kinds[] = {"message", "stream", "spread", "leave", "idle"};
    const char *what = count > 5 ? arguments[5] : "";
    for (kind = MESSAGE; kind < IDLE && strcmp(what, kinds[kind]);) kind++;
    for (size_t i = 0; count > 6 && i < sizeof dialects / sizeof *dialects; i++)
        if (!strcmp(arguments[count - 1], dialects[i].name)) dialect = &dialects[i];
    if (count != (kind == IDLE ? 6 : 8) + (dialect ? 1 : 0)) {
        fprintf(stderr, "load: see the head of load.c\n");
        return 2;
    }
    port = atoi(arguments[1]);
    agents = atoi(arguments[2]);
    int clients = atoi(arguments[3]);
    open_loop();
    uint64_t start = now_nanos(), end = start + strtoull(arguments[4], NULL, 10) * 1000000, step = 0;
    if (kind == IDLE) hold_idle_streams(clients);
    if (kind == LEAVE) come_and_go(atoi(arguments[6]), strtoull(arguments[7], NULL, 10) * 1000, end);
    if (kind == MESSAGE) {
        size_t bytes = strtoul(arguments[6], NULL, 10);
        rate = atof(arguments[7]);
        APPEND(&expected, "{\"content\":\"");
        memset(reserve(&expected, bytes), 'x', bytes);
        expected.end += bytes;
        APPEND(&expected, "\"");
        set_body(head(&expected) + 12, bytes);
    } else if (kind != LEAVE) {
        wanted_chunks = atol(arguments[6]);
        char words[64];
        int length = snprintf(words, sizeof words, "%s chunks every %s us", arguments[6], arguments[7]);
        set_body(words, (size_t)length);
        if (kind == SPREAD) step = (uint64_t)wanted_chunks * strtoull(arguments[7], NULL, 10) * 1000 / (uint64_t)clients;
    }
    struct client **all = calloc((size_t)clients, sizeof *all);
    if (!all) die("calloc");
    for (int i = 0; kind != LEAVE && i < clients; i++) {
        while (step && now_nanos() < start + (uint64_t)i * step && now_nanos() < end) turn_loop(start + (uint64_t)i * step);
        struct client *c = all[i] = connect_client();
        if (rate > 0) {
            c->next_idle = idle;
            idle = c;
        } else {
            ask(c, now_nanos());
        }
    }
    uint64_t sent = 0;
    for (;;) {
        uint64_t now = now_nanos(), due = NEVER;
        if (now >= end) break;
        while (rate > 0 && (due = start + (uint64_t)((double)sent / rate * 1e9)) <= now && idle) {
            struct client *c = idle;
            idle = c->next_idle;
            ask(c, due);
            sent++;
        }
        turn_loop(due <= now || due > end ? end : due);
    }
    double seconds = (double)(now_nanos() - start) / 1e9;
    stopping = true;
    // Unanswered messages, and due ones that could not be sent, have waited until now. Leaving them out would flatter the proxy.
    for (int i = 0; rate > 0 && i < clients; i++) {
        if (all[i]->busy) record(&latencies, now_nanos() - all[i]->intended);
    }
    for (uint64_t due; rate > 0 && (due = start + (uint64_t)((double)sent / rate * 1e9)) < end; sent++)
        record(&latencies, now_nanos() - due);
    sort(&latencies);
    sort(&first_chunks);
    sort(&gaps);
    printf("requests=%ld events=%ld errors=%ld seconds=%.4f p50=%.1f p99=%.1f p999=%.1f max=%.1f", requests, events, errors, seconds,
           percentile(&latencies, .5), percentile(&latencies, .99), percentile(&latencies, .999), percentile(&latencies, 1));
    printf(" first50=%.1f first99=%.1f gap50=%.1f gap99=%.1f\n", percentile(&first_chunks, .5), percentile(&first_chunks, .99),
           percentile(&gaps, .5), percentile(&gaps, .99));
    return 0;
}
