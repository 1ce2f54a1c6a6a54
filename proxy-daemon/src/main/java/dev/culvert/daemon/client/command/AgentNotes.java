package dev.culvert.daemon.client.command;

import dev.culvert.daemon.client.Session;
import dev.culvert.daemon.client.forward.Listener;
import dev.culvert.io.Quoted;
import java.io.IOException;

/** What a user is told of tunnels to an agent while they go on. */
record AgentNotes(Session session, String agent) implements Listener.Report {
    @Override
    public void begins(IOException why) {
        session.output()
                .note(
                        "waiting for agent %s: %s"
                                .formatted(Quoted.word(agent), Quoted.message(why)));
    }

    @Override
    public void ends() {
        session.output().note("agent %s is back".formatted(Quoted.word(agent)));
    }

    @Override
    public void failed(IOException why) {
        session.output().note("a connection was reset: " + Quoted.message(why));
    }
}
