package dev.culvert.daemon.http;

import dev.culvert.daemon.http.RouteMatch.Found;
import dev.culvert.daemon.http.RouteMatch.Options;
import dev.culvert.daemon.http.RouteMatch.Refused;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.List;

/**
 * Puts a {@link RoutedRequest} in place of each {@link Head}; or an {@link OptionsRequest} or a
 * {@link Refusal} if no route takes it. Shared by all connections.
 */
@Sharable
public final class RouterHandler extends ChannelInboundHandlerAdapter {
    private final Router router;

    public RouterHandler(Router router) {
        this.router = router;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        context.fireChannelRead(message instanceof Head head ? route(head) : message);
    }

    private Object route(Head head) {
        String path = head.target().path();
        return switch (router.find(head.method(), path)) {
            case Options(String allow) -> new OptionsRequest(head, allow);
            case Refused(Problem problem) -> new Refusal(head, problem, false);
            case Found(Endpoint endpoint, List<String> values) -> {
                try {
                    yield new RoutedRequest(head, endpoint, decoded(path, values));
                } catch (ProblemException e) {
                    yield new Refusal(head, e.problem(), true);
                }
            }
        };
    }

    private static List<String> decoded(String path, List<String> values) {
        return path.indexOf('%') < 0 ? values : values.stream().map(PercentDecoder::path).toList();
    }
}
