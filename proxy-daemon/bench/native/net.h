// Shared by the C programs of the bench: buffers, non-blocking endpoints on loopback, and one epoll loop.
#ifndef NET_H
#define NET_H
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define NEVER UINT64_MAX
#define SECOND 1000000000ull

static void die(const char *what) {
    perror(what);
    exit(1);
}

static uint64_t now_nanos(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * SECOND + (uint64_t)t.tv_nsec;
}

// ---- buffers: the content is bytes[start] to bytes[end], followed by a NUL for string functions

struct buffer {
    char *bytes;
    size_t start, end, room;
};

static size_t held(const struct buffer *b) { return b->end - b->start; }
static char *head(const struct buffer *b) { return b->bytes + b->start; }

static char *reserve(struct buffer *b, size_t more) {
    if (b->end + more + 1 > b->room) {
        if (b->start) {
            memmove(b->bytes, head(b), held(b));
            b->end -= b->start;
            b->start = 0;
        }
        if (b->end + more + 1 > b->room) {
            b->room = (b->end + more + 1) * 2;
            b->bytes = realloc(b->bytes, b->room);
            if (!b->bytes) die("realloc");
        }
    }
    return b->bytes + b->end;
}

static void append(struct buffer *b, const void *bytes, size_t length) {
    memcpy(reserve(b, length), bytes, length);
    b->end += length;
}

static void consume(struct buffer *b, size_t length) {
    b->start += length;
    if (b->start == b->end) b->start = b->end = 0;
}

#define APPEND(buffer, literal) append(buffer, literal, sizeof(literal) - 1)

// Appends formatted text; short texts only.
#define APPENDF(buffer, ...) \
    do { \
        char *at_ = reserve(buffer, 512); \
        (buffer)->end += (size_t)snprintf(at_, 512, __VA_ARGS__); \
    } while (0)

// ---- endpoints: sockets, each with the bytes that came in and the bytes to send

struct endpoint {
    int fd;
    bool dirty;                            // is in the list of endpoints to flush
    struct buffer in, out;
    void (*on_bytes)(struct endpoint *);   // consumes complete input from `in`
    void (*on_close)(struct endpoint *);   // the last call; the loop then frees the endpoint
    struct endpoint *(*accepted)(void *);  // for a listener: makes the endpoint of a new connection
    void *owner;
};

static int epoll_fd = -1;
static struct endpoint **dirty_ones, **closed_ones;
static size_t dirty_count, dirty_room, closed_count, closed_room;

static void push(struct endpoint ***list, size_t *count, size_t *room, struct endpoint *e) {
    if (*count == *room) {
        *room = *room ? *room * 2 : 64;
        *list = realloc(*list, *room * sizeof **list);
        if (!*list) die("realloc");
    }
    (*list)[(*count)++] = e;
}

// The loop flushes it at the end of this turn, with one write for everything appended.
static void flush_later(struct endpoint *e) {
    if (!e->dirty) {
        e->dirty = true;
        push(&dirty_ones, &dirty_count, &dirty_room, e);
    }
}

static void close_endpoint(struct endpoint *e) {
    if (e->fd < 0) return;
    close(e->fd);
    e->fd = -1;
    push(&closed_ones, &closed_count, &closed_room, e);
    if (e->on_close) e->on_close(e);
}

static void flush_now(struct endpoint *e) {
    while (e->fd >= 0 && held(&e->out)) {
        ssize_t n = send(e->fd, head(&e->out), held(&e->out), MSG_NOSIGNAL);
        if (n < 0) {
            if (errno != EAGAIN) close_endpoint(e);
            return;  // EPOLLOUT continues
        }
        consume(&e->out, (size_t)n);
    }
}

static void read_all(struct endpoint *e) {
    for (;;) {
        char *at = reserve(&e->in, 16384);
        size_t room = e->in.room - e->in.end - 1;
        ssize_t n = recv(e->fd, at, room, 0);
        if (n == 0 || (n < 0 && errno != EAGAIN)) {
            close_endpoint(e);
            return;
        }
        if (n > 0) {
            e->in.end += (size_t)n;
            e->in.bytes[e->in.end] = 0;
        }
        if (n < (ssize_t)room) break;  // that was all: an edge-triggered epoll reports later bytes
    }
    if (held(&e->in)) e->on_bytes(e);
}

static struct endpoint *watch(int fd, struct endpoint *e) {
    struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, .data.ptr = e};
    if (e->accepted) event.events = EPOLLIN;
    e->fd = fd;
    if (epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &event)) die("epoll_ctl");
    return e;
}

static void accept_all(struct endpoint *listener) {
    int fd, one = 1;
    while ((fd = accept4(listener->fd, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        watch(fd, listener->accepted(listener->owner));
    }
}

static struct sockaddr_in loopback(int port) {
    return (struct sockaddr_in){
        .sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
}

// Listens on a free port of loopback, and returns the port.
static int listen_on_loopback(struct endpoint *(*accepted)(void *), void *owner) {
    struct sockaddr_in address = loopback(0);
    socklen_t length = sizeof address;
    struct endpoint *e = calloc(1, sizeof *e);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    if (!e || bind(fd, (struct sockaddr *)&address, length) || listen(fd, 4096) ||
        getsockname(fd, (struct sockaddr *)&address, &length)) {
        die("listen");
    }
    e->accepted = accepted;
    e->owner = owner;
    watch(fd, e);
    return ntohs(address.sin_port);
}

static struct endpoint *connect_to_loopback(int port, struct endpoint *e) {
    struct sockaddr_in address = loopback(port);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), one = 1;
    if (connect(fd, (struct sockaddr *)&address, sizeof address) && errno != EINPROGRESS) die("connect");
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    return watch(fd, e);
}

// Call it once, first. The process dies with its parent, so that nothing survives the bench.
static void open_loop(void) {
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    prctl(PR_SET_TIMERSLACK, 1);
    epoll_fd = epoll_create1(0);
    if (epoll_fd < 0) die("epoll_create1");
}

// One turn: waits for events until the time `until`, handles them, flushes, and frees closed endpoints.
static void turn_loop(uint64_t until) {
    struct epoll_event events[256];
    struct timespec wait, *patience = NULL;
    if (until != NEVER) {
        uint64_t now = now_nanos(), left = until > now ? until - now : 0;
        wait = (struct timespec){(time_t)(left / SECOND), (long)(left % SECOND)};
        patience = &wait;
    }
    int count = dirty_count ? 0 : epoll_pwait2(epoll_fd, events, 256, patience, NULL);
    for (int i = 0; i < count; i++) {
        struct endpoint *e = events[i].data.ptr;
        if (e->accepted) {
            accept_all(e);
            continue;
        }
        if (e->fd >= 0 && events[i].events & EPOLLOUT) flush_now(e);
        if (e->fd >= 0 && events[i].events & ~(uint32_t)EPOLLOUT) read_all(e);
    }
    for (size_t i = 0; i < dirty_count; i++) {
        dirty_ones[i]->dirty = false;
        flush_now(dirty_ones[i]);
    }
    dirty_count = 0;
    for (size_t i = 0; i < closed_count; i++) {
        free(closed_ones[i]->in.bytes);
        free(closed_ones[i]->out.bytes);
        free(closed_ones[i]);
    }
    closed_count = 0;
}

// ---- the parts of both protocols that the bench uses

// Reads a request with a Content-Length at the front of `in`; false while it is incomplete.
struct request {
    char *path, *body;
    size_t path_length, body_length, length;
};

static bool parse_request(struct buffer *in, struct request *r) {
    if (!held(in)) return false;
    char *end = memmem(head(in), held(in), "\r\n\r\n", 4);
    if (!end) return false;
    r->path = head(in) + strcspn(head(in), " ") + 1;
    r->path_length = strcspn(r->path, " ");
    r->body = end + 4;
    r->body_length = 0;
    for (char *line = head(in); line < end; line = (char *)memchr(line, '\n', (size_t)(end + 2 - line)) + 1) {
        if (!strncasecmp(line, "content-length:", 15)) r->body_length = strtoul(line + 15, NULL, 10);
    }
    r->length = (size_t)(r->body - head(in)) + r->body_length;
    return held(in) >= r->length;
}

// Reads a frame at the front of `in`; false while it is incomplete. *json points into `in`.
static bool parse_frame(struct buffer *in, char **json, size_t *length) {
    uint32_t size;
    if (held(in) < 4) return false;
    memcpy(&size, head(in), 4);
    *length = ntohl(size);
    *json = head(in) + 4;
    return held(in) >= 4 + *length;
}

// Begins a frame. end_frame() writes its length.
static size_t begin_frame(struct buffer *out) {
    reserve(out, 4);
    out->end += 4;
    return held(out) - 4;
}

static void end_frame(struct buffer *out, size_t begin) {
    uint32_t size = htonl((uint32_t)(held(out) - begin - 4));
    memcpy(head(out) + begin, &size, 4);
}

// The raw string after `key`, which ends in its opening quote, without quotes; NULL if there is none.
static char *find_string(char *json, size_t length, const char *key, size_t *found) {
    char *begin = memmem(json, length, key, strlen(key));
    if (!begin) return NULL;
    begin += strlen(key);
    char *end = begin;
    for (;;) {
        end = memchr(end, '"', (size_t)(json + length - end));
        if (!end) return NULL;
        size_t escapes = 0;
        while (*(end - 1 - escapes) == '\\') escapes++;
        if (escapes % 2 == 0) break;
        end++;
    }
    *found = (size_t)(end - begin);
    return begin;
}

#endif
