// The backend of every proxy. It costs the same for each: one echo that speaks frames as a guest (protocol 1.1, with credit and
// cancel) and HTTP as a web server. It echoes a message. It answers "200 chunks every 0 us" with that many chunks of 40 bytes,
// each of which starts with the time at which it was sent. Streams without a pause alternate chunk by chunk, as tokens arrive, so
// that no read returns a whole answer.
//
// It also is the runtime of a real guest: it answers chat completions of OpenAI's API with such streams, their first chunk at
// once. GET /left on that port never ends: it gets a line "NUMBER NANOSECONDS" when the client of "2 chunks every 9 us for NUMBER"
// has closed its connection before the end of its stream.
//
// usage: backend AGENTS      prints "frames PORT… http PORT… runtime PORT", the first two with one port for each agent
#include "net.h"

struct stream {
    struct endpoint *to;
    enum { FRAMES, EVENTS, CHAT } format;
    char id[64];
    long number;  // by which GET /left tells of it; 0 if nobody asked
    long sent, chunks;
    uint64_t every, due;
    long credit;  // payload bytes that the host still accepts
    struct stream *next;
};

// The streams that wait, ordered by when they are due. Nearly all have the same pace, so that each comes to the end.
static struct stream *first, **last = &first;
static uint64_t last_due;  // of the one at the end, or later
static struct endpoint *links[65536];
static size_t link_count;
static struct endpoint *told;  // the client of GET /left

static void heartbeat(struct endpoint *link, const char *status) {
    size_t frame = begin_frame(&link->out);
    APPENDF(&link->out,
            "{\"type\":\"heartbeat\",\"id\":\"\",\"payload\":{\"status\":\"%s\",\"uptime_secs\":1,\"protocol\":\"1.1\","
            "\"features\":[\"cancel\",\"credit\",\"resume\"],\"instance\":\"bench\"}}",
            status);
    end_frame(&link->out, frame);
    flush_later(link);
}

static void chunk_payload(struct buffer *out, const char *content, size_t length, bool done) {
    APPEND(out, "{\"content\":\"");
    append(out, content, length);
    if (done) {
        APPEND(out, "\",\"done\":true}");
    } else {
        APPEND(out, "\",\"done\":false}");
    }
}

static void chunk_frame(struct buffer *out, const char *id, long seq, const char *content, size_t length, bool done) {
    size_t frame = begin_frame(out);
    APPENDF(out, "{\"type\":\"chunk\",\"id\":\"%s\",\"seq\":%ld,\"payload\":", id, seq);
    chunk_payload(out, content, length, done);
    APPEND(out, "}");
    end_frame(out, frame);
}

// The event that the daemon makes of a chunk, as one HTTP chunk.
static void chunk_event(struct buffer *out, long seq, const char *content, size_t length, bool done) {
    char line[64];
    int size = snprintf(line, sizeof line, "event: chunk\nid: bench:%ld\ndata: ", seq);
    APPENDF(out, "%zx\r\n%s", (size_t)size + length + (done ? 28 : 29), line);
    chunk_payload(out, content, length, done);
    APPEND(out, "\n\n\r\n");
    if (done) {
        size = snprintf(line, sizeof line, "event: done\nid: bench:%ld\ndata: {}\n\n", seq + 1);
        APPENDF(out, "%x\r\n%s\r\n0\r\n\r\n", (unsigned)size, line);
    }
}

// The event that a runtime makes of a chunk, as one HTTP chunk.
static void chat_event(struct buffer *out, const char *content, size_t length, bool done) {
    static const char begin[] =
        "data: {\"id\":\"bench\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"bench\","
        "\"choices\":[{\"index\":0,\"delta\":{\"content\":\"";
    const char *end = done ? "\"},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n" : "\"},\"finish_reason\":null}]}\n\n";
    APPENDF(out, "%zx\r\n%s", sizeof begin - 1 + length + strlen(end), begin);
    append(out, content, length);
    APPENDF(out, "%s\r\n%s", end, done ? "0\r\n\r\n" : "");
}

// Sends what is due and has credit: one chunk for a stream without a pause. False after the stream has ended.
static bool advance(struct stream *s, uint64_t now) {
    char content[41];
    snprintf(content, sizeof content, "%019llu %-20s", (unsigned long long)now, "of a chunk");
    while (s->due <= now && s->credit > 0) {
        bool done = ++s->sent == s->chunks;
        if (s->format == CHAT) {
            chat_event(&s->to->out, content, 40, done);
        } else if (s->format == EVENTS) {
            chunk_event(&s->to->out, s->sent, content, 40, done);
        } else {
            chunk_frame(&s->to->out, s->id, s->sent, content, 40, done);
            s->credit -= 40 + (done ? 26 : 27);
        }
        flush_later(s->to);
        s->due = s->every ? s->due + s->every : now + 1;
        if (done) return false;
    }
    return true;
}

static void keep(struct stream *s) {
    struct stream **at = last;
    if (!first || s->due >= last_due) {
        last_due = s->due;
    } else {
        for (at = &first; *at && (*at)->due <= s->due;) at = &(*at)->next;
    }
    s->next = *at;
    *at = s;
    if (!s->next) last = &s->next;
}

// Removes the streams of `to` from the list: the one with `id`, or all if it is NULL. True if there was one.
static bool forget(struct endpoint *to, const char *id) {
    bool found = false;
    for (struct stream **at = &first, *s; (s = *at);) {
        if (s->to == to && (!id || !strcmp(s->id, id))) {
            if (s->number && told) {
                APPENDF(&told->out, "%ld %llu\n", s->number, (unsigned long long)now_nanos());
                flush_later(told);
            }
            *at = s->next;
            if (!s->next) last = at;
            free(s);
            found = true;
        } else {
            at = &s->next;
        }
    }
    return found;
}

// If the text asks for a stream, starts it and returns true.
static bool begin_stream(struct stream wanted, const char *words) {
    long every_us;
    if (sscanf(words, "%ld chunks every %ld us for %ld", &wanted.chunks, &every_us, &wanted.number) < 2) return false;
    wanted.every = (uint64_t)every_us * 1000;
    wanted.due = now_nanos() + (wanted.format == CHAT ? 0 : wanted.every);
    if (!advance(&wanted, now_nanos())) return true;
    struct stream *s = malloc(sizeof *s);
    if (!s) die("malloc");
    *s = wanted;
    keep(s);
    return true;
}

// Continues every stream that can, and returns when the next one is due.
static uint64_t advance_all(uint64_t now) {
    for (struct stream **at = &first, *s; (s = *at);) {
        if (s->credit <= 0) {
            at = &s->next;
        } else if (s->due > now) {
            return s->due;
        } else {
            *at = s->next;
            if (!s->next) last = at;
            if (advance(s, now)) {
                keep(s);
            } else {
                free(s);
            }
        }
    }
    return NEVER;
}

static void on_credit(struct endpoint *link, const char *id, long bytes) {
    for (struct stream *s = first; s; s = s->next) {
        if (s->to == link && !strcmp(s->id, id)) s->credit += bytes;
    }
}

static void answer(struct endpoint *link, const char *id, const char *type, const char *payload) {
    size_t frame = begin_frame(&link->out);
    APPENDF(&link->out, "{\"type\":\"%s\",\"id\":\"%s\",\"payload\":%s}", type, id, payload);
    end_frame(&link->out, frame);
    flush_later(link);
}

static void on_frame(struct endpoint *link, char *json, size_t length) {
    size_t found, id_length, type_length;
    char *payload = memmem(json, length, "\"payload\":", 10);
    size_t envelope = payload ? (size_t)(payload - json) : length;
    char *type = find_string(json, envelope, "\"type\":\"", &type_length);
    char *at = find_string(json, envelope, "\"id\":\"", &id_length);
    char id[64] = "";
    if (!type || !at || id_length >= sizeof id) die("a frame that the backend does not know");
    memcpy(id, at, id_length);
    if (!strncmp(type, "message\"", 8) && payload) {
        char *content = find_string(payload, length - envelope, "\"content\":\"", &found);
        char *credit = memmem(json, envelope, "\"credit\":", 9);
        struct stream wanted = {.to = link, .credit = credit ? strtol(credit + 9, NULL, 10) : INT64_MAX};
        strcpy(wanted.id, id);
        if (!content) die("a message without content");
        if (!begin_stream(wanted, content)) {
            chunk_frame(&link->out, id, 1, content, found, true);
            flush_later(link);
        }
    } else if (!strncmp(type, "ping\"", 5)) {
        answer(link, id, "pong", "{}");
    } else if (!strncmp(type, "cancel\"", 7)) {
        if (forget(link, id)) answer(link, id, "error", "{\"code\":\"cancelled\",\"message\":\"cancelled\"}");
    } else if (!strncmp(type, "resume\"", 7)) {
        answer(link, id, "error", "{\"code\":\"unknown_turn\",\"message\":\"nothing is kept here\"}");
    } else if (!strncmp(type, "credit\"", 7) && (at = memmem(json, length, "\"bytes\":", 8))) {
        on_credit(link, id, strtol(at + 8, NULL, 10));
    }
}

static void on_frames(struct endpoint *link) {
    char *json;
    size_t length;
    while (parse_frame(&link->in, &json, &length)) {
        on_frame(link, json, length);
        consume(&link->in, 4 + length);
    }
}

static void on_requests(struct endpoint *client) {
    struct request r;
    while (parse_request(&client->in, &r)) {
        size_t length;
        char *content = find_string(r.body, r.body_length, "\"content\":\"", &length);
        if (!content) die("a request without content");
        if (memmem(r.path, r.path_length, "/stream", 7)) {
            APPEND(&client->out,
                   "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncache-control: no-cache\r\n"
                   "x-accel-buffering: no\r\ntransfer-encoding: chunked\r\n\r\n");
            begin_stream((struct stream){.to = client, .format = EVENTS, .credit = INT64_MAX}, content);
        } else {
            APPENDF(&client->out, "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %zu\r\n\r\n{\"content\":\"",
                    length + 14);
            append(&client->out, content, length);
            APPEND(&client->out, "\"}");
        }
        flush_later(client);
        consume(&client->in, r.length);
    }
}

// Requests to the runtime: chat completions, each answered with a stream, and GET /left.
static void on_chats(struct endpoint *client) {
    static const char *const head_of_lines = "HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\nconnection: close\r\n\r\n";
    static const char *const head_of_stream =
        "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n";
    struct request r;
    while (parse_request(&client->in, &r)) {
        size_t length;
        char *content = r.body_length ? find_string(r.body, r.body_length, "\"content\":\"", &length) : NULL;
        bool tell = r.path_length == 5 && !memcmp(r.path, "/left", 5);
        append(&client->out, tell ? head_of_lines : head_of_stream, strlen(tell ? head_of_lines : head_of_stream));
        flush_later(client);
        if (tell) {
            told = client;
        } else if (!content || !begin_stream((struct stream){.to = client, .format = CHAT, .credit = INT64_MAX}, content)) {
            close_endpoint(client);
            return;
        }
        consume(&client->in, r.length);
    }
}

static void on_close(struct endpoint *e) {
    if (e == told) told = NULL;
    forget(e, NULL);
    for (size_t i = 0; i < link_count; i++) {
        if (links[i] == e) links[i] = links[--link_count];
    }
}

static struct endpoint *endpoint(void (*on_bytes)(struct endpoint *)) {
    struct endpoint *e = calloc(1, sizeof *e);
    if (!e) die("calloc");
    e->on_bytes = on_bytes;
    e->on_close = on_close;
    return e;
}

static struct endpoint *accept_link(void *owner) {
    (void)owner;
    struct endpoint *link = endpoint(on_frames);
    if (link_count == sizeof links / sizeof *links) die("too many links");
    links[link_count++] = link;
    heartbeat(link, "ready");
    return link;
}

static struct endpoint *accept_client(void *owner) {
    (void)owner;
    return endpoint(on_requests);
}

static struct endpoint *accept_chat(void *owner) {
    (void)owner;
    return endpoint(on_chats);
}

int main(int count, char **arguments) {
    int agents = count == 2 ? atoi(arguments[1]) : 0;
    if (agents < 1) {
        fprintf(stderr, "usage: backend AGENTS\n");
        return 2;
    }
    open_loop();
    printf("frames");
    for (int i = 0; i < agents; i++) printf(" %d", listen_on_loopback(accept_link, NULL));
    printf(" http");
    for (int i = 0; i < agents; i++) printf(" %d", listen_on_loopback(accept_client, NULL));
    printf(" runtime %d\n", listen_on_loopback(accept_chat, NULL));
    fflush(stdout);
    uint64_t next_heartbeat = now_nanos() + 10 * SECOND;
    for (;;) {
        uint64_t due = advance_all(now_nanos());
        turn_loop(due < next_heartbeat ? due : next_heartbeat);
        if (now_nanos() >= next_heartbeat) {
            for (size_t i = 0; i < link_count; i++) heartbeat(links[i], "running");
            next_heartbeat += 10 * SECOND;
        }
    }
}
