package dev.culvert.daemon.providers;

import dev.culvert.daemon.http.Answer;
import dev.culvert.daemon.http.Request;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * One request on its way.
 *
 * @param answer to the client
 * @param count of tokens; null if the request takes from no budget
 * @param lease likewise
 */
record Passage(
        Request request,
        Answer answer,
        ProviderApi api,
        Asked asked,
        @Nullable TokenCount count,
        @Nullable Lease lease,
        ProviderObserver observer) {

    /** Whether what was counted is within the budgets. */
    boolean isWithinBudget() {
        return lease == null || count == null || lease.use(count.total());
    }

    /** Whether the provider is asked for usage that the client has not asked for. */
    boolean addsUsage() {
        return lease != null && lease.isLimited() && asked.usage() == Asked.Usage.CAN_BE_ADDED;
    }

    /** Whether tools that the provider would run are kept from it. */
    boolean leavesToolsOut(Provider provider) {
        return asked.hosted().areAny() && !provider.settings().hostedTools();
    }

    /** What the provider gets. The caller releases it. */
    ByteBuf body(Provider provider) {
        ByteBuf body =
                leavesToolsOut(provider)
                        ? asked.hosted().leftOutOf(request.body())
                        : request.body().retainedDuplicate();
        if (!addsUsage()) {
            return body;
        }
        ByteBuf withUsage = UsageOption.addedTo(body);
        body.release();
        return withUsage;
    }

    /** Whether it may be sent once more, although a provider may have worked for it already. */
    boolean maySendAgain() {
        return lease == null || lease.again();
    }

    /** The request has ended, at this provider. */
    void settle(String provider) {
        if (lease != null && count != null) {
            if (count.isFinal()) {
                lease.settle(count.total());
            } else {
                lease.settleUnknown(count.total());
            }
            observer.onTokens(provider, count.input(), count.output());
        }
    }

    /** The request has ended without work of a provider. */
    void giveBack() {
        if (lease != null) {
            lease.settle(0);
        }
    }
}
