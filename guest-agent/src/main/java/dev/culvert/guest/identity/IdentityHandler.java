package dev.culvert.guest.identity;

import dev.culvert.frame.Frame;
import dev.culvert.identity.BadHandshakeException;
import dev.culvert.identity.Challenge;
import dev.culvert.identity.Hello;
import dev.culvert.identity.Joining;
import dev.culvert.identity.Proof;
import dev.culvert.identity.Refusal;
import dev.culvert.identity.Refused;
import dev.culvert.identity.Registered;
import dev.culvert.identity.SigningKey;
import dev.culvert.io.Quoted;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Proves to the host who this guest is. The handlers after it become active when the host knows
 * that; from then on all other frames pass. Confined to the event loop.
 */
public final class IdentityHandler extends ChannelInboundHandlerAdapter {
    private static final Logger LOG = LoggerFactory.getLogger(IdentityHandler.class);

    private final IdentityKeeper keeper;
    private final Introduction introduction;
    private final @Nullable Path generationFile;
    private boolean counted;
    private boolean provedAsAnother;
    private boolean linked;

    /**
     * @param generationFile contains the generation id of the virtual machine; null to look where
     *     QEMU has it
     */
    public IdentityHandler(
            IdentityKeeper keeper, Introduction introduction, @Nullable Path generationFile) {
        this.keeper = keeper;
        this.introduction = introduction;
        this.generationFile = generationFile;
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        if (keeper.now() == null) {
            keeper.make(context.channel().eventLoop(), next(context, () -> begin(context)));
        } else {
            begin(context);
        }
    }

    private void begin(ChannelHandlerContext context) {
        Identity identity = current();
        String token = introduction.token();
        if (identity.isRegistered()) {
            write(context, new Hello(identity.claimed()).frame());
        } else if (token != null) {
            write(context, introduction.register(token, identity.key().open()).frame());
        } else {
            fail(
                    context,
                    "the agent has no identity and no join token: make one with culvert enroll, and"
                            + " set CULVERT_AGENT_JOIN_TOKEN or --join-token-file");
        }
    }

    private Identity current() {
        Identity identity = keeper.now();
        return identity == null ? Identity.fresh() : identity;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        Frame frame = (Frame) message;
        try {
            switch (frame.type()) {
                case CHALLENGE -> onChallenge(context, Challenge.read(frame));
                case REGISTERED -> onRegistered(context, Registered.read(frame));
                case REFUSED -> onRefused(context, Refused.read(frame));
                default -> {
                    if (linked) {
                        context.fireChannelRead(frame.retain());
                    }
                }
            }
        } catch (BadHandshakeException e) {
            fail(context, "the host sent " + e.getMessage());
        } finally {
            frame.release();
        }
    }

    private void onChallenge(ChannelHandlerContext context, Challenge challenge) {
        Identity before = current();
        String id = challenge.agentId();
        if (!before.isRegistered()) {
            before = before.as(id);
        }
        boolean isOther = !id.equals(before.agentId()) && !id.equals(before.claimed());
        if (isOther && !challenge.newKey()) {
            fail(context, "the host takes this guest for the agent '" + Quoted.word(id) + "'");
            return;
        }
        if (provedAsAnother) {
            before = before.promoted(); // the host would not ask again if it did not know it
        }
        Identity.Next next = before.next();
        if (challenge.newKey() && (next == null || !next.agentId().equals(id))) {
            before = before.with(new Identity.Next(SigningKey.make(challenge.nonce()), id));
        }
        Identity after = counted ? before : before.joining();
        counted = true;
        if (after.equals(keeper.now())) {
            prove(context, challenge, after);
        } else {
            keeper.save(
                    after,
                    context.channel().eventLoop(),
                    next(context, () -> prove(context, challenge, after)));
        }
    }

    private void prove(ChannelHandlerContext context, Challenge challenge, Identity identity) {
        Joining joining =
                new Joining(
                        identity.counter(),
                        introduction.instance(),
                        Generation.read(generationFile));
        Proof proof = proof(challenge, joining, identity);
        provedAsAnother = identity.becomesAnother() && proof.next() == null;
        write(context, proof.frame());
    }

    /** A key of another agent proves that agent alone, once the host knows it. */
    private static Proof proof(Challenge challenge, Joining joining, Identity identity) {
        Identity.Next next = identity.next();
        String id = challenge.agentId();
        if (next == null || !next.agentId().equals(id)) {
            return Proof.of(challenge, joining, identity.key(), null);
        }
        return identity.becomesAnother() && !challenge.newKey()
                ? Proof.of(challenge, joining, next.key(), null)
                : Proof.of(challenge, joining, identity.key(), next.key());
    }

    /* What the host sends next is for a link: it does not wait for the disk. If this process ends before the file is written,
     * the next one finds the former key beside the new one. */
    private void onRegistered(ChannelHandlerContext context, Registered registered) {
        link(context, registered);
        Identity now = current();
        Identity.Next next = now.next();
        if (next != null && next.agentId().equals(registered.agentId())) {
            keeper.save(now.promoted(), context.channel().eventLoop(), next(context, () -> {}));
        }
    }

    private void link(ChannelHandlerContext context, Registered registered) {
        if (linked) {
            LOG.info("the agent has another key");
            return;
        }
        linked = true;
        LOG.info(
                "the host knows this guest as agent {} of {}{}",
                registered.agentId(),
                registered.tenant(),
                registered.parent().isEmpty() ? "" : ", a copy of " + registered.parent());
        context.fireChannelActive();
    }

    /** The next link begins otherwise, if the host has forgotten this guest. */
    private void onRefused(ChannelHandlerContext context, Refused refused) {
        Identity now = current();
        boolean isOver =
                refused.is(Refusal.UNKNOWN_AGENT)
                        || refused.is(Refusal.REVOKED)
                        || refused.is(Refusal.EXPIRED);
        Identity after = now;
        if (refused.is(Refusal.UNKNOWN_AGENT) && now.becomesAnother()) {
            after = now.with(null);
        } else if (isOver && introduction.token() != null) {
            after = now.with(null).as("");
        }
        if (!after.equals(now)) {
            keeper.save(after, context.channel().eventLoop(), next(context, () -> {}));
        }
    }

    private static void write(ChannelHandlerContext context, Frame frame) {
        context.writeAndFlush(frame, context.voidPromise());
    }

    /** What comes after a write to disk, if the connection is still there. */
    private static Consumer<@Nullable String> next(ChannelHandlerContext context, Runnable action) {
        return trouble -> {
            if (trouble != null) {
                fail(context, trouble);
            } else if (context.channel().isActive()) {
                action.run();
            }
        };
    }

    private static void fail(ChannelHandlerContext context, String reason) {
        LOG.error("the agent did not join: {}", Quoted.sentence(reason));
        Channel channel = context.channel();
        channel.close();
    }
}
