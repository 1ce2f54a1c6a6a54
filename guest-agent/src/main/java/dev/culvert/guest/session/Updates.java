package dev.culvert.guest.session;

import dev.culvert.frame.ErrorCode;
import dev.culvert.frame.Frame;
import dev.culvert.frame.FrameType;
import dev.culvert.guest.desired.DesiredState;
import dev.culvert.guest.desired.StateKeeper;
import dev.culvert.guest.turn.Payloads;
import dev.culvert.guest.turn.Replies;
import dev.culvert.io.FileTrouble;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells a host that an update is in force, and whether a restart of the agent keeps it. */
final class Updates {
    private static final Logger LOG = LoggerFactory.getLogger(Updates.class);

    private final DesiredState desired;
    private final Replies replies;
    private final Payloads payloads;

    Updates(DesiredState desired, Replies replies, Payloads payloads) {
        this.desired = desired;
        this.replies = replies;
        this.payloads = payloads;
    }

    /** Answers the update of that id once it is saved. */
    StateKeeper.Saved saved(String id) {
        return failure -> {
            if (failure == null) {
                replies.send(
                        new Frame(
                                FrameType.CONFIG_ACK,
                                id,
                                payloads.applied(desired.policyVersion())));
                return;
            }
            String why = FileTrouble.of(failure);
            LOG.error(
                    "cannot save the agent's state: {}. It is in force, but a restart loses it;"
                            + " make the directory --state-dir writable",
                    why);
            replies.sendError(
                    id,
                    ErrorCode.INTERNAL,
                    "it is in force, but could not be saved, so a restart of the agent loses it: "
                            + why);
        };
    }
}
