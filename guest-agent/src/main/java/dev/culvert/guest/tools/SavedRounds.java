package dev.culvert.guest.tools;

import dev.culvert.guest.approvals.Packing;
import dev.culvert.guest.approvals.Unpacking;
import dev.culvert.guest.config.RuntimeKind;
import dev.culvert.guest.tools.AnswerCalls.Call;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A turn whose call waits for an approval, as a restart of the agent finds it.
 *
 * @param turn as the turn itself keeps it
 * @param who asked for it
 * @param headers of requests to the runtime
 * @param dialect whether the request is in Anthropic's form
 * @param tools the names of those that the turn is offered
 * @param rounds in which the model has called tools
 * @param resultBytes of all results so far
 * @param round what the model has said in this round, and its results so far
 * @param waiting the calls after this one
 * @param body of the request that brought this round
 */
public record SavedRounds(
        ByteBuf turn,
        String who,
        Map<String, String> headers,
        RuntimeKind kind,
        boolean dialect,
        List<String> tools,
        int rounds,
        long resultBytes,
        UsageSum usage,
        Round round,
        List<Call> waiting,
        Call call,
        ByteBuf body) {
    byte[] packed() {
        Packing to = new Packing().bytes(turn).text(who);
        to.list(
                new TreeMap<>(headers).entrySet(),
                header -> to.text(header.getKey()).text(header.getValue()));
        to.text(kind.wireName()).flag(dialect);
        to.list(tools, to::text);
        to.number(rounds).number(resultBytes);
        usage.pack(to);
        round.pack(to);
        to.list(waiting, it -> it.pack(to));
        call.pack(to);
        return to.bytes(body).packed();
    }

    /**
     * Reads what {@link #packed} wrote.
     *
     * @throws IOException if it is something else
     */
    public static SavedRounds read(ByteBuf packed) throws IOException {
        Unpacking in = Unpacking.of(packed);
        ByteBuf turn = in.buffer();
        String who = in.text();
        Map<String, String> headers = new TreeMap<>();
        for (Map.Entry<String, String> it : in.list(() -> Map.entry(in.text(), in.text()))) {
            headers.put(it.getKey(), it.getValue());
        }
        return new SavedRounds(
                turn,
                who,
                headers,
                kind(in.text()),
                in.flag(),
                in.list(in::text),
                (int) in.number(),
                in.number(),
                UsageSum.read(in),
                Round.read(in),
                in.list(() -> Call.read(in)),
                Call.read(in),
                in.buffer());
    }

    private static RuntimeKind kind(String name) throws IOException {
        RuntimeKind kind = RuntimeKind.of(name);
        if (kind == null) {
            throw new IOException("its kind of runtime is not known");
        }
        return kind;
    }
}
