package dev.culvert.daemon.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.culvert.settings.SecretSource;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DatabaseSettingsTest {
    private static DatabaseSettings at(String url) {
        return new DatabaseSettings(
                Optional.of(url), Optional.empty(), Optional.empty(), Optional.empty());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "postgresql://db/culvert",
                "jdbc:mysql://db/culvert",
                "jdbc:postgresql:culvert",
                "jdbc:postgresql://me:secret@db/culvert",
                "jdbc:postgresql://db/culvert?ssl=true&PASSWORD=secret",
                "jdbc:postgresql://db/culvert?sslpassword=secret"
            })
    void anotherAddressIsRefusedAndNotRepeated(String url) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> at(url))
                .withMessageStartingWith("url is what it is: ")
                .withMessageNotContaining("secret");
    }

    @Test
    void itsNameIsWithoutItsOptions() {
        String url = "jdbc:postgresql://db:5432/culvert?currentSchema=two";
        assertThat(at(url).url()).contains(url);
        assertThat(DatabaseSettings.name(url)).isEqualTo("PostgreSQL at //db:5432/culvert");
    }

    @Test
    void theOtherKeysNeedAnAddress() {
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        new DatabaseSettings(
                                Optional.empty(),
                                Optional.empty(),
                                Optional.of(new SecretSource.FromVariable("P")),
                                Optional.empty()))
                .withMessageContaining("no effect without it");
    }
}
