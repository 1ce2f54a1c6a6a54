package dev.culvert.daemon.api.turns;

import static io.netty.handler.codec.http.HttpResponseStatus.BAD_GATEWAY;
import static io.netty.handler.codec.http.HttpResponseStatus.OK;

import dev.culvert.daemon.answer.ChunkReader;
import dev.culvert.daemon.api.AgentCalls;
import dev.culvert.daemon.config.TurnSettings;
import dev.culvert.daemon.fleet.Agent;
import dev.culvert.daemon.http.Admission;
import dev.culvert.daemon.http.Answer;
import dev.culvert.daemon.http.JsonRequest;
import dev.culvert.daemon.http.OverMemory;
import dev.culvert.daemon.http.Problem;
import dev.culvert.daemon.http.Request;
import dev.culvert.daemon.http.Route;
import dev.culvert.daemon.turn.CancelCause;
import dev.culvert.daemon.turn.LiveTurn;
import dev.culvert.daemon.turn.Origin;
import dev.culvert.daemon.turn.TurnListener;
import dev.culvert.daemon.turn.Turns;
import dev.culvert.frame.Frame;
import dev.culvert.io.HeldKind;
import dev.culvert.io.Holding;
import dev.culvert.io.Reservation;
import dev.culvert.io.Share;
import dev.culvert.link.Failure;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpMethod;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** {@code POST /agents/{id}/message}: asks, and answers with the whole. */
public final class MessageRoute implements Route {
    /** Of an answer that is held without asking for room: less than the agent gets credit for. */
    private static final int FIRST_BYTES = 16 * 1024;

    private final AgentCalls calls;
    private final Turns turns;

    public MessageRoute(AgentCalls calls, Turns turns) {
        this.calls = calls;
        this.turns = turns;
    }

    @Override
    public Set<HttpMethod> methods() {
        return Set.of(HttpMethod.POST);
    }

    @Override
    public List<String> templates() {
        return List.of("/api/v1/agents/{id}/message", "/agents/{id}/message");
    }

    @Override
    public void handle(Request request, Answer responder) {
        Agent agent = calls.workingAgent(request);
        Share share = calls.checkMemory(agent);
        responder.chargeTo(share);
        ByteBuf payload = JsonRequest.body(request);
        Origin origin = TurnRequest.begun(turns, agent, request, payload, false);
        responder.about(origin.id());
        TurnSettings settings = calls.settings().turns();
        // Without a key nobody can come back for it.
        Duration grace = origin.repeatable() ? settings.resumeGrace() : Duration.ZERO;
        WholeAnswer answer = new WholeAnswer(responder, share, settings.maxAnswerBytes(), grace);
        answer.turn = turns.begin(request.eventLoop(), origin, payload, answer);
        responder.onGone(answer);
    }

    /** Runs when its client is gone. */
    private static final class WholeAnswer implements TurnListener, Runnable {
        private final Answer responder;
        private final Share share;
        private final int maxBytes;
        private final Duration grace;
        private final ChunkReader chunks;
        private @Nullable LiveTurn turn;

        /** What a large answer may still need; null for one that is not large. */
        private @Nullable Reservation room;

        /** Taken, but not said to the agent, which sends more for it. */
        private long heldBack;

        WholeAnswer(Answer responder, Share share, int maxBytes, Duration grace) {
            this.responder = responder;
            this.share = share;
            this.maxBytes = maxBytes;
            this.grace = grace;
            chunks = new ChunkReader(responder.allocator(), this::charged);
        }

        @Override
        public void run() {
            drop();
            if (turn != null) {
                turn.clientGone(grace);
            }
        }

        @Override
        public void onChunk(Frame chunk, long number) {
            if (!responder.isOpen()) {
                return;
            }
            int before = chunks.heldBytes();
            chunks.read(chunk);
            if (room != null) {
                room.used(chunks.heldBytes() - before);
            }
            if (chunks.contentBytes() > maxBytes) {
                refuseTooLong();
            } else {
                taken(chunk.payload().readableBytes());
            }
        }

        /**
         * A large answer waits until there is room for all of it, before more of it comes: many at
         * once would end one another.
         */
        private void taken(int bytes) {
            if (room == null && chunks.contentBytes() > FIRST_BYTES) {
                room = share.reserve(maxBytes - FIRST_BYTES, responder.eventLoop(), this::mayGoOn);
            }
            heldBack += bytes;
            if (room == null || room.isGranted()) {
                mayGoOn();
            }
        }

        private void mayGoOn() {
            if (turn != null && heldBack > 0) {
                long bytes = heldBack;
                heldBack = 0;
                turn.consumed(bytes);
            }
        }

        private void drop() {
            chunks.drop();
            releaseRoom();
        }

        private void releaseRoom() {
            if (room != null) {
                room.release();
            }
        }

        private Holding charged() {
            Holding holding =
                    share.open(HeldKind.ANSWERS, responder.eventLoop(), this::isOverMemory);
            holding.countAlsoFor(responder.client());
            return holding;
        }

        private void isOverMemory(Share exceeded) {
            refuse(Problem.of(OverMemory.excess(exceeded)));
        }

        private void refuseTooLong() {
            refuse(
                    Problem.of(
                            BAD_GATEWAY,
                            "The answer takes over %d bytes (turns.max_answer_bytes): take it as a stream, or ask for less."
                                    .formatted(maxBytes)));
        }

        private void refuse(Problem problem) {
            drop();
            if (responder.isOpen()) {
                responder.problem(problem);
            }
            if (turn != null) {
                turn.cancel(CancelCause.ANSWER_REFUSED);
            }
        }

        @Override
        public void onDone(long number) {
            if (responder.isOpen()) {
                if (room != null) {
                    room.keep(chunks.heldBytes());
                }
                responder.json(OK, chunks.take());
            }
            // After the flush, from which on what the client has not taken is counted.
            responder.eventLoop().execute(this::releaseRoom);
        }

        @Override
        public void onFailure(Failure failure) {
            drop();
            if (responder.isOpen()) {
                responder.failure(failure);
            }
        }

        @Override
        public void onCut() {
            drop();
            if (responder.isOpen()) {
                responder.problem(Admission.SHUTTING_DOWN);
            }
        }
    }
}
