// The Go peer: a proxy that a good Go engineer writes in a week with the standard library. It uses net/http, encoding/json, and
// one multiplexed connection to each agent.
//
// usage: gopeer [-coalesce] PORT...      the agents a0, a1, ... are on these ports
//
// With -coalesce it flushes when no further event is waiting, instead of after each event. A profile would suggest this.
package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"
)

const (
	maxBody      = 2 << 20
	replyTimeout = 10 * time.Minute
)

type server struct {
	agents   map[string]*agent
	coalesce bool
}

func main() {
	coalesce := flag.Bool("coalesce", false, "flush events in bursts")
	flag.Parse()
	s := &server{agents: make(map[string]*agent), coalesce: *coalesce}
	for i, port := range flag.Args() {
		a, err := dial("127.0.0.1:" + port)
		if err != nil {
			log.Fatal(err)
		}
		s.agents["a"+strconv.Itoa(i)] = a
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("listening on http://%s\n", listener.Addr())
	log.Fatal((&http.Server{Handler: s, ReadHeaderTimeout: 10 * time.Second}).Serve(listener))
}

// ServeHTTP routes POST /api/v1/agents/{id}/message and .../stream.
func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	id, verb, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/api/v1/agents/"), "/")
	a := s.agents[id]
	if a == nil {
		http.Error(w, "unknown agent", http.StatusNotFound)
		return
	}
	if r.Method != http.MethodPost {
		http.Error(w, "POST only", http.StatusMethodNotAllowed)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		http.Error(w, err.Error(), http.StatusRequestEntityTooLarge)
		return
	}
	x, err := a.open("message", body)
	if err != nil {
		status := http.StatusBadGateway
		if errors.As(err, new(*json.MarshalerError)) {
			status = http.StatusBadRequest
		}
		http.Error(w, err.Error(), status)
		return
	}
	defer a.end(x)
	switch verb {
	case "message":
		message(w, r, x)
	case "stream":
		s.stream(w, r, x)
	default:
		http.NotFound(w, r)
	}
}

type chunk struct {
	Content string `json:"content"`
	Done    bool   `json:"done"`
}

func message(w http.ResponseWriter, r *http.Request, x *exchange) {
	timeout := time.NewTimer(replyTimeout)
	defer timeout.Stop()
	var content strings.Builder
	for {
		select {
		case f, ok := <-x.replies:
			var c chunk
			if !ok || f.Type != "chunk" || json.Unmarshal(f.Payload, &c) != nil {
				http.Error(w, "the agent failed", http.StatusBadGateway)
				return
			}
			content.WriteString(c.Content)
			if c.Done {
				w.Header().Set("Content-Type", "application/json")
				json.NewEncoder(w).Encode(struct {
					Content string `json:"content"`
				}{content.String()})
				return
			}
		case <-timeout.C:
			http.Error(w, "the agent is silent", http.StatusGatewayTimeout)
			return
		case <-r.Context().Done():
			return
		}
	}
}

func (s *server) stream(w http.ResponseWriter, r *http.Request, x *exchange) {
	flusher := w.(http.Flusher)
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-cache")
	w.Header().Set("X-Accel-Buffering", "no")
	flusher.Flush()
	for {
		select {
		case f, ok := <-x.replies:
			if !ok {
				fmt.Fprint(w, "event: error\ndata: {\"code\":\"link_lost\"}\n\n")
				return
			}
			fmt.Fprintf(w, "event: %s\nid: %s:%d\ndata: %s\n\n", f.Type, f.ID, f.Seq, f.Payload)
			var c chunk
			if f.Type != "chunk" || json.Unmarshal(f.Payload, &c) != nil {
				return
			}
			if c.Done {
				fmt.Fprintf(w, "event: done\nid: %s:%d\ndata: {}\n\n", f.ID, f.Seq+1)
				return
			}
			if !s.coalesce || len(x.replies) == 0 {
				flusher.Flush()
			}
		case <-r.Context().Done():
			return
		}
	}
}
