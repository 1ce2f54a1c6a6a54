package dev.culvert.guest.local;

import dev.culvert.frame.ErrorCode;
import dev.culvert.guest.subjects.Hearer;
import dev.culvert.guest.subjects.Responder;
import dev.culvert.guest.subjects.Subjects;
import dev.culvert.io.Quoted;
import dev.culvert.subject.Note;
import dev.culvert.subject.Subject;
import dev.culvert.subject.SubjectMatch;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.TooLongFrameException;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One program in the VM. Confined to the event loop. */
final class LocalHandler extends ChannelInboundHandlerAdapter implements Responder {
    private static final Logger LOG = LoggerFactory.getLogger(LocalHandler.class);
    private static final int MOST_MATCHES = 64;

    private final Channel channel;
    private final Subjects subjects;
    private final LineWriter lines;
    private final List<SubjectMatch> matches = new ArrayList<>();
    private final List<LineFollower> followers = new ArrayList<>();

    LocalHandler(Channel channel, Subjects subjects) {
        this.channel = channel;
        this.subjects = subjects;
        lines = new LineWriter(channel);
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ByteBuf line = (ByteBuf) message;
        try {
            if (line.isReadable()) {
                obey(LocalLine.read(line));
            }
        } finally {
            line.release();
        }
        if (!channel.isWritable()) {
            channel.config().setAutoRead(false);
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        if (channel.isWritable()) {
            channel.config().setAutoRead(true);
            followers.forEach(LineFollower::onReady);
        }
    }

    private void obey(LocalLine line) {
        switch (line) {
            case LocalLine.Publish(String id, Subject subject, Subject reply, ByteBuf data) ->
                    subjects.publish(
                            new Note(subject, reply, null, data, Instant.now()), hearer(id));
            case LocalLine.Request(String id, Subject subject, ByteBuf data) ->
                    subjects.ask(Note.of(subject, data), hearer(id));
            case LocalLine.Answer(String id, SubjectMatch match) -> answer(id, match);
            case LocalLine.Subscribe(String id, SubjectMatch match) -> follow(id, match);
            case LocalLine.Reply(String id, ByteBuf data) ->
                    checkAwaited(id, subjects.reply(this, id, data));
            case LocalLine.Failed(String id, String why) ->
                    checkAwaited(id, subjects.fail(this, id, Quoted.sentence(why)));
            case LocalLine.Malformed(String id, String why) ->
                    lines.error(id, ErrorCode.INVALID_MESSAGE.wireName(), why);
        }
    }

    private Hearer hearer(String id) {
        return new Hearer() {
            @Override
            public void onReply(ByteBuf data) {
                lines.reply(id, data);
            }

            @Override
            public void onError(String code, String message) {
                lines.error(id, code, message);
            }
        };
    }

    private void answer(String id, SubjectMatch match) {
        if (matches.size() == MOST_MATCHES) {
            lines.error(
                    id,
                    ErrorCode.OVERLOADED.wireName(),
                    "a connection answers at most " + MOST_MATCHES + " matches: open another one");
            return;
        }
        if (matches.isEmpty()) {
            subjects.add(this);
        }
        matches.add(match);
        lines.done(id);
    }

    private void follow(String id, SubjectMatch match) {
        if (followers.size() == MOST_MATCHES) {
            lines.error(
                    id,
                    ErrorCode.OVERLOADED.wireName(),
                    "a connection follows at most " + MOST_MATCHES + " matches: open another one");
            return;
        }
        LineFollower follower = new LineFollower(id, channel, lines, followers::remove);
        followers.add(follower);
        follower.begun(subjects.follow(match, follower));
    }

    private void checkAwaited(String id, boolean isAwaited) {
        if (!isAwaited) {
            lines.error(
                    id,
                    ErrorCode.INVALID_MESSAGE.wireName(),
                    "no request with this id waits for an answer: it was answered, or the host or"
                            + " --subject-timeout has ended it");
        }
    }

    @Override
    public boolean answers(Subject subject) {
        return matches.stream().anyMatch(it -> it.matches(subject));
    }

    @Override
    public boolean isReady() {
        return channel.isWritable();
    }

    @Override
    public void onRequest(String key, Note request) {
        lines.request(key, request);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (cause instanceof TooLongFrameException) {
            lines.error(
                    "",
                    ErrorCode.MESSAGE_TOO_LARGE.wireName(),
                    "the line is longer than the agent takes (--subject-bytes)");
            channel.flush();
        } else if (!(cause instanceof IOException)) {
            LOG.error("the connection of a program in the VM failed", cause);
        }
        channel.close();
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        subjects.remove(this);
        followers.forEach(LineFollower::end);
    }
}
