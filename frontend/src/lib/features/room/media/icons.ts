/** The line icons of sound and picture, in the manner of `lib/ui/Icon.svelte`; they travel with the room alone. */
export const icons = {
	mic: 'M12 15a3.5 3.5 0 0 0 3.5-3.5v-5a3.5 3.5 0 0 0-7 0v5A3.5 3.5 0 0 0 12 15ZM5.5 11.5a6.5 6.5 0 0 0 13 0M12 18v3',
	camera: 'M3.5 6.5h11v11h-11ZM14.5 10.5l6-3.5v10l-6-3.5',
	micOff:
		'M8.5 8.5v3A3.5 3.5 0 0 0 14 14.4M15.5 11.5v-5a3.5 3.5 0 0 0-6.6-1.6M5.5 11.5a6.5 6.5 0 0 0 10.3 5.3M18.5 11.5a6.4 6.4 0 0 1-.5 2.5M12 18v3M4 3.5l16 17',
	cameraOff: 'M3.5 6.5v11h11v-3M9 6.5h5.5V12M14.5 10.5l6-3.5v10l-3-1.8M3.5 3.5l17 17',
	settings: 'M4 7h9M17 7h3M4 17h3M11 17h9M15 9.5v-5M9 19.5v-5',
	pip: 'M3.5 5.5h17v13h-17ZM12.5 12h5.5v4h-5.5Z',
	fullscreen: 'M4 9V4.5h4.5M15.5 4.5H20V9M20 15v4.5h-4.5M8.5 19.5H4V15',
	signal: 'M5 19v-4M10 19v-8M15 19V8M20 19V4',
	flag: 'M6 21V4h11l-2 4 2 4H6'
} as const;
