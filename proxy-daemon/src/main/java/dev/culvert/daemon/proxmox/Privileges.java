package dev.culvert.daemon.proxmox;

/** The commands, for a shell on a node, that give a token what it lacks. */
public final class Privileges {
    /** The role that these commands make and extend. */
    public static final String ROLE = "Culvert";

    private Privileges() {}

    /**
     * What adds a privilege to the role, and gives the role to the token and its user on a path: a
     * token never has more than its user.
     */
    public static String grant(String tokenId, String path, String privilege) {
        return "run on a node: pveum role modify %s --append 1 --privs %s && pveum acl modify %s --users %s --tokens '%s' --roles %s"
                .formatted(
                        ROLE,
                        privilege,
                        path,
                        tokenId.substring(0, tokenId.indexOf('!')),
                        tokenId,
                        ROLE);
    }
}
