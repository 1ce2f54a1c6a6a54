package dev.culvert.daemon.state;

import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;

/** A kind of database: opens it, and says what its errors mean. Its name is its text. */
interface Engine {
    /**
     * Connects, so that what is committed outlives the process and the machine. Blocks.
     *
     * @throws IOException one clause that says what to do
     */
    Connection connect() throws IOException, SQLException;

    /** The statement that begins a transaction during which nobody else writes. */
    String begin();

    /** Why something failed and what to do: a clause that names the database. */
    String why(SQLException trouble);

    /** Whether the connection cannot be used any longer, so that another one is needed. */
    boolean isLost(SQLException trouble);

    /** What does not answer, and where to look: a clause that is filled in between. */
    String silent(String forHowLong);
}
