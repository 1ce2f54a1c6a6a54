package dev.culvert.daemon.client.doctor;

import dev.culvert.daemon.client.host.Reply;
import java.io.IOException;
import java.util.List;

/** Whether the daemon answers, and accepts work. */
final class DaemonInspection implements Inspection {
    @Override
    public String name() {
        return "daemon";
    }

    @Override
    public List<Finding> inspect(Site site) {
        String target = site.daemon().target();
        try {
            Reply reply = site.daemon().get("/readyz");
            return List.of(
                    switch (reply.status()) {
                        case 200 -> Finding.ok("the daemon at " + target + " accepts work");
                        case 503 ->
                                Finding.warning(
                                        "the daemon at " + target + " refuses new work",
                                        isJoining(reply)
                                                ? "it waits for the registry of its cluster (cluster.ready_wait)"
                                                : "it is shutting down, and waits for running turns",
                                        isJoining(reply)
                                                ? "wait, or see whether NATS answers: culvert hosts"
                                                : "wait, or see what runs: culvert turns");
                        case 401, 403 ->
                                Finding.failure(
                                        "the daemon at " + target + " refuses this command",
                                        reply.sentence(),
                                        "give a token: culvert --token-file FILE, or"
                                                + " CULVERT_TOKEN");
                        default ->
                                Finding.failure(
                                        target + " answers " + reply.status(),
                                        reply.sentence(),
                                        "is this culvertd? --url, CULVERT_URL or the context names"
                                                + " it");
                    });
        } catch (IOException e) {
            return List.of(
                    Finding.failure(
                            "no daemon answers at " + target,
                            String.valueOf(e.getMessage()),
                            "start it: systemctl start culvertd; or name the right one with"
                                    + " --url"));
        }
    }

    private static boolean isJoining(Reply reply) {
        return reply.json().text("status").equals("joining");
    }
}
