// A limit, not a peer: the least work that a proxy from HTTP to frames can do, on one thread. It checks nothing, has no
// time-outs, ignores slow readers, and trusts every byte.
//
// usage: minimum PORT…      the agents a0, a1, … are on these ports; prints "listening on http://127.0.0.1:PORT"
#include "net.h"

struct client {
    struct endpoint endpoint;  // must be first: on_request casts its endpoint to a client
    uint64_t exchange;         // the exchange that it waits for; 0 if none
    bool stream;
    struct buffer answer;
};

#define EXCHANGES 65536
static struct client *waiting[EXCHANGES];  // indexed by exchange, modulo EXCHANGES
static uint64_t last_exchange;
static struct endpoint **links;

static void on_requests(struct endpoint *e) {
    struct client *client = (struct client *)e;
    struct request r;
    while (!client->exchange && parse_request(&e->in, &r)) {
        struct endpoint *link = links[atoi(memchr(r.path, 'a', r.path_length) + sizeof "api/v1/agents/a" - 1)];
        client->exchange = ++last_exchange;
        client->stream = r.path[r.path_length - 1] == 'm';
        waiting[client->exchange % EXCHANGES] = client;
        size_t frame = begin_frame(&link->out);
        APPENDF(&link->out, "{\"type\":\"message\",\"id\":\"%llu\",\"payload\":", (unsigned long long)client->exchange);
        append(&link->out, r.body, r.body_length);
        APPEND(&link->out, "}");
        end_frame(&link->out, frame);
        flush_later(link);
        consume(&e->in, r.length);
        if (client->stream) {
            APPEND(&e->out,
                   "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncache-control: no-cache\r\n"
                   "x-accel-buffering: no\r\ntransfer-encoding: chunked\r\n\r\n");
            flush_later(e);
        }
    }
}

static void on_close(struct endpoint *e) {
    struct client *client = (struct client *)e;
    if (client->exchange) waiting[client->exchange % EXCHANGES] = NULL;
    free(client->answer.bytes);
}

static void end_exchange(struct client *client) {
    waiting[client->exchange % EXCHANGES] = NULL;
    client->exchange = 0;
    if (held(&client->endpoint.in)) on_requests(&client->endpoint);
}

static void event(struct client *client, const char *seq, const char *payload, size_t length, bool done) {
    struct buffer *out = &client->endpoint.out;
    char line[96];
    long number = strtol(seq, NULL, 10);
    int size = snprintf(line, sizeof line, "event: chunk\nid: %llu:%ld\ndata: ", (unsigned long long)client->exchange, number);
    APPENDF(out, "%zx\r\n%s", (size_t)size + length + 2, line);
    append(out, payload, length);
    APPEND(out, "\n\n\r\n");
    if (done) {
        size = snprintf(line, sizeof line, "event: done\nid: %llu:%ld\ndata: {}\n\n", (unsigned long long)client->exchange, number + 1);
        APPENDF(out, "%x\r\n%s\r\n0\r\n\r\n", (unsigned)size, line);
    }
    flush_later(&client->endpoint);
}

static void chunk_of_message(struct client *client, char *payload, size_t length, bool done) {
    struct buffer *out = &client->endpoint.out;
    size_t found;
    char *content = find_string(payload, length, "\"content\":\"", &found);
    append(&client->answer, content, found);
    if (done) {
        APPENDF(out, "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %zu\r\n\r\n{\"content\":\"",
                held(&client->answer) + 14);
        append(out, head(&client->answer), held(&client->answer));
        APPEND(out, "\"}");
        consume(&client->answer, held(&client->answer));
        flush_later(&client->endpoint);
    }
}

static void on_frames(struct endpoint *link) {
    char *json;
    size_t length;
    while (parse_frame(&link->in, &json, &length)) {
        char *payload = memmem(json, length, "\"payload\":", 10) + 10;
        char *seq = memmem(json, (size_t)(payload - json), "\"seq\":", 6);
        if (seq) {
            size_t id_length, payload_length = (size_t)(json + length - 1 - payload);
            uint64_t exchange = strtoull(find_string(json, length, "\"id\":\"", &id_length), NULL, 10);
            struct client *client = waiting[exchange % EXCHANGES];
            bool done = !memcmp(payload + payload_length - 5, "true}", 5);
            if (client && client->exchange == exchange) {
                if (client->stream) {
                    event(client, seq + 6, payload, payload_length, done);
                } else {
                    chunk_of_message(client, payload, payload_length, done);
                }
                if (done) end_exchange(client);
            }
        }
        consume(&link->in, 4 + length);
    }
}

static void link_lost(struct endpoint *link) {
    (void)link;
    fprintf(stderr, "minimum: a link was lost\n");
    exit(1);
}

static struct endpoint *accept_client(void *owner) {
    (void)owner;
    struct client *client = calloc(1, sizeof *client);
    if (!client) die("calloc");
    client->endpoint.on_bytes = on_requests;
    client->endpoint.on_close = on_close;
    return &client->endpoint;
}

int main(int count, char **arguments) {
    open_loop();
    links = calloc((size_t)count, sizeof *links);
    for (int i = 1; i < count; i++) {
        struct endpoint *link = calloc(1, sizeof *link);
        if (!links || !link) die("calloc");
        link->on_bytes = on_frames;
        link->on_close = link_lost;
        links[i - 1] = connect_to_loopback(atoi(arguments[i]), link);
    }
    printf("listening on http://127.0.0.1:%d\n", listen_on_loopback(accept_client, NULL));
    fflush(stdout);
    for (;;) turn_loop(NEVER);
}
