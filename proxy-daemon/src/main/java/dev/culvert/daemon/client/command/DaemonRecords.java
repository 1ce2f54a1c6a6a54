package dev.culvert.daemon.client.command;

import dev.culvert.daemon.client.ExitCode;
import dev.culvert.daemon.client.Session;
import dev.culvert.daemon.client.command.LogsCommand.Wish;
import dev.culvert.daemon.client.http.Api;
import dev.culvert.daemon.client.http.Request;
import dev.culvert.daemon.client.output.Output;
import dev.culvert.value.Value;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** The records that the daemon remembers. */
final class DaemonRecords {
    private static final Duration LOOK = Duration.ofMillis(500);
    private static final int MOST = 5_000;

    private final Api api;
    private final Output output;
    private final Wish wish;
    private final String query;

    DaemonRecords(Session session, Wish wish) throws IOException {
        api = session.api();
        output = session.output();
        this.wish = wish;
        query = query(wish);
    }

    private static String query(Wish wish) {
        StringBuilder query = new StringBuilder();
        add(query, "agent", wish.about().agent());
        add(query, "op", wish.about().op());
        add(query, "operation", wish.operation());
        add(query, "since", wish.window().since().map(Object::toString));
        add(query, "until", wish.window().until().map(Object::toString));
        add(query, "level", wish.window().level());
        add(query, "text", wish.window().text());
        return query.toString();
    }

    private static void add(StringBuilder query, String name, Optional<String> value) {
        value.ifPresent(
                it -> query.append('&').append(name).append('=').append(Request.segment(it)));
    }

    int run() throws IOException, InterruptedException {
        Value answer = ask("limit=" + Math.min(wish.lines(), MOST));
        List<Value> records = answer.at("records").list();
        records.forEach(it -> LogRecords.print(output, it));
        if (records.isEmpty() && !wish.follow()) {
            output.note(
                    "the daemon remembers no such record: how many it keeps is operations.log.keep");
        }
        while (wish.follow() && !output.isBroken()) {
            flush();
            Thread.sleep(LOOK);
            answer = ask("limit=%d&after=%d".formatted(MOST, answer.number(0, "next")));
            answer.at("records").list().forEach(it -> LogRecords.print(output, it));
        }
        flush();
        return ExitCode.OK;
    }

    private void flush() {
        output.piece("");
    }

    private Value ask(String more) throws IOException {
        return api.get(LogRecords.PATH + "?" + more + query);
    }
}
