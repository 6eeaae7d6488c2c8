#!/usr/bin/python3
"""Makes a throw-away Active Directory domain of Samba, and changes what no LDAP client may change in it.

samba-provision.py DIR reads commands, each a line of JSON, and answers each with a line: {} or {"error": TEXT}.

["provision", IP, ADMIN_PASSWORD, SERVICE_PASSWORD]
["configure", IP]               for a copy of such a domain, which knows its place only there
["set", DN, ATTRIBUTE, VALUE]
["grant", DN, ACES]             entries in SDDL, put before those that are there
["seal", DN]                    takes what is inherited off the object, for good
["grow", USERS, GROUPS, DN]     adds users and a tree of nested groups, DN in the deepest

One process for all: to load Samba's modules takes a second.
Needs Debian's own python3, for which Samba's modules are built. Uses no extended attributes, DNS,
Kerberos or service manager: "samba-tool domain provision" wants them, the function below does not.
"""
import functools
import itertools
import json
import logging
import os
import re
import sys

import ldb
from samba.auth import system_session
from samba.dcerpc import security
from samba.dsdb import DS_DOMAIN_FUNCTION_2008_R2
from samba.ndr import ndr_pack, ndr_unpack
from samba.param import LoadParm
from samba.provision import provision
from samba.samdb import SamDB

REALM = "AD.OREBRO.TEST"
DAY = 864_000_000_000
MINUTE = 600_000_000
NORMAL_ACCOUNT = 0x200
DONT_EXPIRE_PASSWORD = 0x10000
USER_CLASS = "bf967aba-0de6-11d0-a285-00aa003049e2"
# What the service account may do with users below the OU: reset, lockoutTime, pwdLastSet.
DELEGATED = [
    ("CR", "00299570-246d-11d0-a768-00aa006e0529"),
    ("WP", "28630ebf-41d5-11d1-a9c1-0000f80367c1"),
    ("WP", "bf967a0a-0de6-11d0-a285-00aa003049e2"),
]
SMB_CONF = """[global]
	netbios name = DC1
	realm = {realm}
	workgroup = OREBRO
	server role = active directory domain controller
	server services = ldap
	interfaces = {ip}/8
	bind interfaces only = yes
	private dir = {dir}/private
	lock directory = {dir}
	state directory = {dir}/state
	cache directory = {dir}/cache
	pid directory = {dir}/run
	ncalrpc dir = {dir}/ncalrpc
	winbindd socket directory = {dir}/winbindd
	ntp signd socket directory = {dir}/ntp_signd
	binddns dir = {dir}/bind-dns
	log file = {dir}/log.samba
	logging = file
	log level = 1
	tls enabled = yes
	tls keyfile = {dir}/tls/server.key
	tls certfile = {dir}/tls/server.crt
	tls cafile = {dir}/tls/ca.crt
	ldap server require strong auth = yes
	old password allowed period = 0
	ldb:nosync = true
	load printers = no
[sysvol]
	path = {dir}/state/sysvol
	read only = No
[netlogon]
	path = {dir}/state/sysvol/ad.orebro.test/scripts
	read only = No
"""


def parameters(target):
    found = LoadParm()
    found.load(f"{target}/etc/smb.conf")
    found.set("dsdb:schema update allowed", "yes")
    return found


def database(target):
    return SamDB(
        url=f"{target}/private/sam.ldb", session_info=system_session(), lp=parameters(target)
    )


def replaced(db, dn, values):
    message = ldb.Message(ldb.Dn(db, dn))
    for name, value in values.items():
        message[name] = ldb.MessageElement(value, ldb.FLAG_MOD_REPLACE, name)
    return message


def delegate(db, unit, account):
    sid = ndr_unpack(
        security.dom_sid,
        db.search(account, ldb.SCOPE_BASE, attrs=["objectSid"])[0]["objectSid"][0],
    )
    rights = "".join(
        f"(OA;CIIO;{right};{attribute};{USER_CLASS};{sid})" for right, attribute in DELEGATED
    )
    grant(db, unit, rights)


def change_list(db, dn, change):
    domain_sid = security.dom_sid(db.get_domain_sid())
    current = db.search(dn, ldb.SCOPE_BASE, attrs=["nTSecurityDescriptor"])[0]
    sddl = ndr_unpack(security.descriptor, current["nTSecurityDescriptor"][0]).as_sddl(domain_sid)
    wanted = security.descriptor.from_sddl(change(sddl), domain_sid)
    db.modify(
        replaced(db, dn, {"nTSecurityDescriptor": ndr_pack(wanted)}), controls=["sd_flags:1:4"]
    )


def grant(db, dn, aces):
    change_list(db, dn, lambda sddl: sddl.replace("(", aces + "(", 1))


def seal(db, dn):
    def sealed(sddl):
        head, entries = re.match(r"(.*)D:[A-Z]*((?:\([^)]*\))*)", sddl).groups()
        own = [ace for ace in re.findall(r"\([^)]*\)", entries) if "ID" not in ace.split(";")[1]]
        return f"{head}D:P{''.join(own)}"

    change_list(db, dn, sealed)


def configure(target, ip):
    with open(f"{target}/etc/smb.conf", "w") as file:
        file.write(SMB_CONF.format(realm=REALM, ip=ip, dir=target))


def make_domain(target, ip, admin_password, service_password):
    for name in ("etc", "tls", "run", "ncalrpc"):
        os.makedirs(f"{target}/{name}", exist_ok=True)
    configure(target, ip)
    logging.basicConfig(level=logging.ERROR)
    provision(
        logging.getLogger("provision"), system_session(), smbconf=f"{target}/etc/smb.conf",
        realm=REALM, domain="OREBRO", hostname="dc1", hostip=ip, adminpass=admin_password,
        serverrole="active directory domain controller", dns_backend="NONE", use_rfc2307=False,
        lp=parameters(target), skip_sysvolacl=True, batch_mode=True,
        dom_for_fun_level=DS_DOMAIN_FUNCTION_2008_R2,
    )
    db = database(target)
    base = str(db.domain_dn())
    db.transaction_start()
    rules = {
        "minPwdLength": 8, "pwdHistoryLength": 24, "minPwdAge": 0, "maxPwdAge": -90 * DAY,
        "pwdProperties": 1, "lockoutThreshold": 5, "lockoutDuration": -30 * MINUTE,
        "lockOutObservationWindow": -30 * MINUTE,
    }
    db.modify(replaced(db, base, {name: str(value) for name, value in rules.items()}))
    for name in ("Delade", "Personal", "Service", "Annat"):
        db.add({"dn": f"OU={name},{base}", "objectClass": "organizationalUnit"})
    service = f"CN=svc-pwbot,OU=Service,{base}"
    never_expires = str(NORMAL_ACCOUNT | DONT_EXPIRE_PASSWORD)
    db.add({
        "dn": service, "objectClass": "user", "sAMAccountName": "svc-pwbot",
        "userPrincipalName": "svc-pwbot@ad.orebro.test", "userAccountControl": never_expires,
        "unicodePwd": f'"{service_password}"'.encode("utf-16-le"),
    })
    delegate(db, f"OU=Delade,{base}", service)
    administrator = f"CN=Administrator,CN=Users,{base}"
    db.modify(replaced(db, administrator, {"userAccountControl": never_expires}))
    db.transaction_commit()


def set_attribute(db, dn, attribute, value):
    # Samba's own leave to write attributes that it otherwise keeps itself.
    db.modify(
        replaced(db, dn, {attribute: value}), controls=["local_oid:1.3.6.1.4.1.7165.4.3.20:0"]
    )


def add_all(db, messages):
    """In transactions of a bounded size: what an object costs grows with those before it."""
    for some in iter(lambda: list(itertools.islice(messages, 250)), []):
        db.transaction_start()
        for message in some:
            db.add(message)
        db.transaction_commit()


def grow(db, users, groups, member):
    """Adds users and a tree of nested groups; everybody, and `member`, stands in one of its last groups."""
    base, users, groups = str(db.domain_dn()), int(users), int(groups)
    first_leaf = groups // 2

    # Units of a thousand: each object makes the next one in its unit dearer.
    def unit(index):
        return f"OU=Del{index // 1000},OU=Personal,{base}"

    def user(index):
        return f"CN=anv{index},{unit(index)}"

    def inside(index):
        if index < first_leaf:
            below = [each for each in (2 * index + 1, 2 * index + 2) if each < groups]
            return [f"CN=niva{each},OU=Annat,{base}" for each in below]
        return [user(each) for each in range(index - first_leaf, users, groups - first_leaf)]

    # As Active Directory finds the values of a link by its link table, and docs/setup.md has it for Samba.
    db.modify(replaced(db, f"CN=Manager,CN=Schema,CN=Configuration,{base}", {"searchFlags": "17"}))
    db.set_schema_update_now()
    for index in range(0, users, 1000):
        db.add({"dn": unit(index), "objectClass": "organizationalUnit"})
    add_all(db, ({
        "dn": user(index), "objectClass": "user",
        "sAMAccountName": f"anv{index}", "userPrincipalName": f"anv{index}@ad.orebro.test",
    } for index in range(users)))
    add_all(db, ({
        "dn": f"CN=niva{index},OU=Annat,{base}", "objectClass": "group",
        "sAMAccountName": f"niva{index}",
        "member": inside(index) + ([member] if index == groups - 1 else []),
    } for index in reversed(range(groups))))


def serve(target):
    opened = functools.cache(lambda: database(target))
    on_files = {"provision": make_domain, "configure": configure}
    on_database = {"set": set_attribute, "grant": grant, "seal": seal, "grow": grow}
    for line in sys.stdin:
        command, *rest = json.loads(line)
        answer = {}
        try:
            if command in on_files:
                on_files[command](target, *rest)
            else:
                on_database[command](opened(), *rest)
        except Exception as error:
            answer = {"error": f"{command}: {error}"}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    serve(sys.argv[1])
