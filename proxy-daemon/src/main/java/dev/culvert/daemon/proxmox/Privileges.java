package dev.culvert.daemon.proxmox;

/** The commands, for a shell on a node, that give a token what it lacks. */
public final class Privileges {
    /** The role that these commands make and extend. */
    public static final String ROLE = "Culvert";

    private Privileges() {}

    /**
     * What makes the role where there is none yet, adds a privilege to it, and gives it to the
     * token and its user on a path: a token never has more than its user.
     */
    /* The first command fails where the role is there, which is as good, so nothing is said of it. */
    public static String grant(String tokenId, String path, String privilege) {
        return "run on a node: pveum role add %s 2> /dev/null; pveum role modify %s --append 1 --privs %s && pveum acl modify %s --users %s --tokens '%s' --roles %s"
                .formatted(
                        ROLE,
                        ROLE,
                        privilege,
                        path,
                        tokenId.substring(0, tokenId.indexOf('!')),
                        tokenId,
                        ROLE);
    }
}
