/** The brand's words as parameters of messages: `{Host}` at the start of a sentence, `{host}` inside one. */
import type { Site } from '$lib/api/types';

export interface Words {
	site: string;
	host: string;
	hosts: string;
	session: string;
	sessions: string;
	member: string;
	wallet: string;
	Host: string;
	Hosts: string;
	Session: string;
	Sessions: string;
	Member: string;
	Wallet: string;
}

export function wordsOf(site: Site): Words {
	const { host, hosts, session, sessions, member, wallet } = site.words;
	const lower = (word: string) => word.toLocaleLowerCase('en');
	return {
		site: site.name,
		host: lower(host),
		hosts: lower(hosts),
		session: lower(session),
		sessions: lower(sessions),
		member: lower(member),
		wallet: lower(wallet),
		Host: host,
		Hosts: hosts,
		Session: session,
		Sessions: sessions,
		Member: member,
		Wallet: wallet
	};
}
