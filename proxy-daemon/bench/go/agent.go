package main

import (
	"bufio"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"strconv"
	"sync"
)

const maxFrame = 4 << 20

var errLost = errors.New("the link to the agent was lost")

type frame struct {
	Type    string          `json:"type"`
	ID      string          `json:"id"`
	Seq     int64           `json:"seq,omitempty"`
	Payload json.RawMessage `json:"payload,omitempty"`
}

// An exchange is one request and the frames that answer it.
type exchange struct {
	id      string
	replies chan frame    // closed when the link is lost
	ended   chan struct{} // closed when nobody reads replies anymore
}

// An agent is one connection that many exchanges share. One goroutine writes, one reads.
type agent struct {
	conn   net.Conn
	writes chan []byte
	lost   chan struct{}

	mu      sync.Mutex
	lastID  uint64
	pending map[string]*exchange // nil when the link is lost
}

func dial(address string) (*agent, error) {
	conn, err := net.Dial("tcp", address)
	if err != nil {
		return nil, err
	}
	a := &agent{conn: conn, writes: make(chan []byte, 256), lost: make(chan struct{}), pending: make(map[string]*exchange)}
	go a.write()
	go a.read()
	return a, nil
}

// open sends a request; the caller ends the exchange.
func (a *agent) open(kind string, payload []byte) (*exchange, error) {
	x := &exchange{replies: make(chan frame, 256), ended: make(chan struct{})}
	a.mu.Lock()
	if a.pending == nil {
		a.mu.Unlock()
		return nil, errLost
	}
	a.lastID++
	x.id = strconv.FormatUint(a.lastID, 10)
	a.pending[x.id] = x
	a.mu.Unlock()
	bytes, err := json.Marshal(frame{Type: kind, ID: x.id, Payload: payload})
	if err == nil {
		select {
		case a.writes <- bytes:
			return x, nil
		case <-a.lost:
			err = errLost
		}
	}
	a.end(x)
	return nil, err
}

func (a *agent) end(x *exchange) {
	close(x.ended)
	a.mu.Lock()
	delete(a.pending, x.id)
	a.mu.Unlock()
}

// write sends queued frames, and flushes when the queue is empty.
func (a *agent) write() {
	out := bufio.NewWriterSize(a.conn, 64<<10)
	var header [4]byte
	for {
		select {
		case bytes := <-a.writes:
			binary.BigEndian.PutUint32(header[:], uint32(len(bytes)))
			out.Write(header[:])
			out.Write(bytes)
			if len(a.writes) == 0 && out.Flush() != nil {
				a.conn.Close() // the reader then fails every exchange
				return
			}
		case <-a.lost:
			return
		}
	}
}

func (a *agent) read() {
	err := a.readFrames()
	log.Printf("link to %s: %v", a.conn.RemoteAddr(), err)
	close(a.lost)
	a.conn.Close()
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, x := range a.pending {
		close(x.replies)
	}
	a.pending = nil
}

func (a *agent) readFrames() error {
	in := bufio.NewReaderSize(a.conn, 64<<10)
	var header [4]byte
	for {
		if _, err := io.ReadFull(in, header[:]); err != nil {
			return err
		}
		length := binary.BigEndian.Uint32(header[:])
		if length == 0 || length > maxFrame {
			return fmt.Errorf("a frame of %d bytes", length)
		}
		bytes := make([]byte, length)
		if _, err := io.ReadFull(in, bytes); err != nil {
			return err
		}
		var f frame
		if err := json.Unmarshal(bytes, &f); err != nil {
			return err
		}
		a.mu.Lock()
		x := a.pending[f.ID]
		a.mu.Unlock()
		if x == nil {
			continue
		}
		select {
		case x.replies <- f: // a slow client holds up the link, which is the simple way
		case <-x.ended:
		}
	}
}
