package dev.culvert.daemon.operations;

import dev.culvert.daemon.auth.Need;
import dev.culvert.daemon.operations.Operation.Trait;
import io.netty.handler.codec.http.HttpMethod;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** An operation that is not complete. */
record Draft(
        String name,
        String verb,
        String summary,
        Effect effect,
        List<Parameter> parameters,
        Set<Trait> traits,
        Need need) {
    /** Paged lists take these. */
    static final Parameter AFTER =
            Parameter.query("after", Schema.TEXT, "What `next` was on the page before");

    static final Parameter LIMIT =
            Parameter.query(
                    "limit", Schema.number(1, 1_000), "The most entries on a page, 100 by default");

    /** Operators may do it, unless {@link #needs} says otherwise. */
    static Draft op(String name, String summary, Effect effect) {
        return new Draft(name, "", summary, effect, List.of(), Set.of(), Need.OPERATE);
    }

    Draft verb(String words) {
        return new Draft(name, words, summary, effect, parameters, traits, need);
    }

    Draft takes(Parameter... all) {
        return new Draft(name, verb, summary, effect, List.of(all), traits, need);
    }

    Draft is(Trait first, Trait... more) {
        return new Draft(name, verb, summary, effect, parameters, EnumSet.of(first, more), need);
    }

    Draft needs(Need needed) {
        return new Draft(name, verb, summary, effect, parameters, traits, needed);
    }

    Operation at(HttpMethod method, String path) {
        return new Operation(
                name, verb, summary, parameters, effect, need, method, "/api/v1" + path, traits);
    }
}
