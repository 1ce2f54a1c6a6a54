package dev.culvert.daemon.api.sshkeys;

import static io.netty.handler.codec.http.HttpResponseStatus.BAD_REQUEST;

import dev.culvert.daemon.http.JsonRequest;
import dev.culvert.daemon.http.Request;
import dev.culvert.daemon.sshkeys.KeyType;
import dev.culvert.settings.BadSettingsException;
import dev.culvert.settings.Kind;
import dev.culvert.settings.Layer;
import dev.culvert.settings.Section;
import dev.culvert.settings.Settings;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Function;

/** The key that a client wants. */
record KeyBody(String name, KeyType type, String comment) {
    private static final Kind<KeyType> TYPE = Kind.oneOf(List.of(KeyType.values()), KeyType::label);

    static KeyBody of(Request request) {
        return read(
                request,
                in ->
                        new KeyBody(
                                in.get("name", Kind.TEXT, ""),
                                in.get("type", TYPE, KeyType.ED25519),
                                in.get("comment", Kind.TEXT, "")));
    }

    static String certificate(Request request) {
        return read(request, in -> in.get("certificate", Kind.TEXT, ""));
    }

    private static <T> T read(Request request, Function<Section, T> reader) {
        String body = JsonRequest.body(request).toString(StandardCharsets.UTF_8);
        try {
            return Settings.read(List.of(Layer.text("body", body)), reader).value();
        } catch (BadSettingsException e) {
            throw KeyWork.problem(
                    BAD_REQUEST,
                    "The body does not describe a key: %s."
                            .formatted(String.join("; ", e.mistakes())));
        }
    }
}
