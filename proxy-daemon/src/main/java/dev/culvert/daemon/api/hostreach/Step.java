package dev.culvert.daemon.api.hostreach;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.culvert.checks.CheckResult;
import dev.culvert.checks.Verdict;
import dev.culvert.daemon.sshtunnels.Hop;
import dev.culvert.daemon.sshtunnels.SshTunnels.View;
import dev.culvert.daemon.sshtunnels.Trouble;
import dev.culvert.daemon.sshtunnels.TunnelStatus;
import dev.culvert.daemon.sshtunnels.TunnelStatus.Phase;
import dev.culvert.io.Quoted;
import java.io.IOException;
import java.time.temporal.ChronoUnit;

/**
 * One thing that was done, or looked at.
 *
 * @param name what it is about
 * @param detail what happened, or what to do; may be empty
 */
record Step(String name, String state, boolean isOk, String detail) {
    static Step ofKey(String key, String state, boolean isOk, String detail) {
        return new Step("key " + key, state, isOk, detail);
    }

    static Step ofTunnel(View tunnel, String state, String detail) {
        return new Step("tunnel " + tunnel.name(), state, true, detail);
    }

    static Step failed(String name, String why) {
        return new Step(name, "failed", false, why);
    }

    /** How a tunnel is that is to be up. */
    static Step of(View tunnel) {
        String name = tunnel.name();
        TunnelStatus status = tunnel.status();
        boolean isUp = status.phase() == Phase.UP;
        Trouble trouble = status.trouble();
        String detail;
        if (isUp) {
            detail = "since " + status.since().truncatedTo(ChronoUnit.SECONDS);
        } else if (trouble == null) {
            detail = "It is not up yet. See culvert tunnel status " + name;
        } else if (trouble.hop() == Hop.HOST_KEY) {
            detail = trouble.sentence() + " Trust its key: culvert tunnel trust " + name;
        } else {
            detail = trouble.sentence() + " See culvert tunnel status " + name;
        }
        return new Step("tunnel " + name, status.phase().label(), isUp, detail);
    }

    static Step of(CheckResult check) {
        return new Step(
                nameOfCheck(check.url()),
                check.verdict().label(),
                check.verdict() == Verdict.REACHABLE,
                check.sentence());
    }

    static String nameOfCheck(String url) {
        return "check " + url;
    }

    void write(JsonGenerator json) throws IOException {
        json.writeStartObject();
        json.writeStringField("step", name);
        json.writeStringField("state", state);
        json.writeBooleanField("ok", isOk);
        json.writeStringField("detail", Quoted.page(detail));
        json.writeEndObject();
    }
}
